"""Whose policy counts, and what it says."""
