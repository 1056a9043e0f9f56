"""How well a model fits its past, and what the past cannot tell."""
