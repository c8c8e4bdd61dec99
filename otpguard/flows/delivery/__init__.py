"""Sending codes, fallback, and vendors' receipts."""
