"""Delivering codes: e-mail, SMS and their drivers."""
