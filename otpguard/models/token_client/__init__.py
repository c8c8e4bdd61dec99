"""Logins of apps that show tokens."""
