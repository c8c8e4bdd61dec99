"""Doors of a changed e-mail address."""
