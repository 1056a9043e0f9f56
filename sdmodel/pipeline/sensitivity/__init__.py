"""Designs of sensitivity, simulated part by part."""
