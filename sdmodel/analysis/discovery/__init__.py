"""In which futures a scenario fails, as boxes and as a tree."""
