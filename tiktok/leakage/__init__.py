"""Is the answer among the inputs? Checks of any table of features and a target."""
