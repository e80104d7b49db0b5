"""From a raw list to tidy rows: read, cleaned, split, and followed from month to month."""
