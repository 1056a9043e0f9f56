"""Runs and findings → figures, one module each; a figure is plain data that the page's script hands to Plotly."""
