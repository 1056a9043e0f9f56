"""What the numbers of a study rest on, and which claims its model shows."""
