"""A witness for the logs of others."""
