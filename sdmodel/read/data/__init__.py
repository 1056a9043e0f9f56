"""Files beside a model that hold numbers for it."""
