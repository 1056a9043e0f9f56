"""What is wrong with a model file, before anything hangs on it."""
