"""What a study wants to reach, and which levers may move."""
