"""Streams of events to other systems: set up, sent, replayed, looked after."""
