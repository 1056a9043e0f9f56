"""Where a model can rest, and where its behaviour changes."""
