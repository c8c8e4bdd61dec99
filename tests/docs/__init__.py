"""The examples of the docs, run as they stand there."""
