"""sdmodel: ensembles, sensitivity and reports for system dynamics models."""
