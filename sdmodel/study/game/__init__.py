"""Two players, as a study tells them."""
