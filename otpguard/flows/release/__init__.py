"""Holds: waits that must pass first."""
