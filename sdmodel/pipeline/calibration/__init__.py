"""Runs that fit a model to its past."""
