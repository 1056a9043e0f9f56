"""Which feedback loop drives a model when."""
