"""Streams of events to other systems: their formats, batches and waits, as values."""
