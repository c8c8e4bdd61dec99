"""Factors of a person: enroll, change, remove, import."""
