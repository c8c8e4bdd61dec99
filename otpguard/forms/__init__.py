"""Shapes of input, shared by pages, admin and API."""
