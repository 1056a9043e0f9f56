"""Which scenario does well enough whatever comes, and what it would be worth to know more."""
