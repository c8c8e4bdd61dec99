"""Streams of events in the admin."""
