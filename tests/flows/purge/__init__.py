"""Operational rows that have served their time go, and nothing else does."""
