"""Vendors of facts about phone numbers, one a file."""
