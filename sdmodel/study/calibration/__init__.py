"""What a study asks of the past."""
