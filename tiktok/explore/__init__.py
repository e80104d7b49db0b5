"""What goes with what: in one list, on every way of asking, and over several months."""
