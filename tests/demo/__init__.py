"""Smoke tests of the demo."""
