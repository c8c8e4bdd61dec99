"""Policies per tenant and their isolation."""
