"""Runs → findings; never simulates."""
