"""Two players who choose: payoff tables, equilibria, play by stages."""
