"""Rows about published heads and checks."""
