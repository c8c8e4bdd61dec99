"""One challenge from its start to its end."""
