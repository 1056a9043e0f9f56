"""Model → source text in a target language."""
