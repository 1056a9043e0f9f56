"""Runs that put a model to the test."""
