"""Delivering codes: email, SMS and their drivers."""
