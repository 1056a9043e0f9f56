"""Runs that look for points of rest and for places where a behaviour changes."""
