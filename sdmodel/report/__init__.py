"""Findings and runs → one HTML file."""
