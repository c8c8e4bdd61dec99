"""Customers' directories in the admin: tokens, people and groups."""
