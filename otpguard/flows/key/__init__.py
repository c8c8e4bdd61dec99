"""API keys: their ledger, secrets of our own, and reminders to rotate them."""
