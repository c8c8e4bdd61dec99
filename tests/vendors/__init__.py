"""Vendors as small HTTP servers on loopback, which check what they are sent."""
