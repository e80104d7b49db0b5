"""Where the rows come from: a file, Kaggle, the synthetic sample."""
