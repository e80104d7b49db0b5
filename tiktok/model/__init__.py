"""Models of engagement and of success on one list, and a client beside it."""
