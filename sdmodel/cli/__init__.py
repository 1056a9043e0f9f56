"""Words on the command line → calls."""
