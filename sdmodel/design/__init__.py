"""Study → futures and experiments."""
