"""Model + experiments → runs."""
