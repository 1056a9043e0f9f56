"""Runs that weigh feedback loops against each other."""
