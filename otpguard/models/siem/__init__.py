"""Streams of the audit log to other systems."""
