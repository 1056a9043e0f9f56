"""Runs and experiments as they are kept on disk."""
