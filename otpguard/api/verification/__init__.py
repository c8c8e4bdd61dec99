"""Verifications for services outside of Django."""
