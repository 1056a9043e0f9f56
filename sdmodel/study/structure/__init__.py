"""What a study says of loops and of what holds whatever is set."""
