"""Tenants, members, their policies and enrollment rules."""
