"""What every list has: the names of its columns, where it is from, and files that are whole."""
