"""What a model is: frozen data without numerics or files."""
