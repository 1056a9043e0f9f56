"""Runs that look for what it takes to meet a target."""
