"""The hash-chained trail."""
