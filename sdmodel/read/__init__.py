"""Model files → Model."""
