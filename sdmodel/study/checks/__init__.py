"""What a study expects of its model."""
