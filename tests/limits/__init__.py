"""Throttles and lockouts against a real Redis."""
