"""Helpers for what else a project may use: an admin site of its own, themes of the admin."""
