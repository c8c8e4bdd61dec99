"""Billing changes and their locks."""
