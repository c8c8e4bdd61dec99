"""The operators' room in the Django admin: read-only lists, each change an object action."""
