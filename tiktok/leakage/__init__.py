"""Is the answer among the inputs? Checks of any table of features and a target."""

MIN_ROWS = 50  # creators: from fewer nothing is learnt
