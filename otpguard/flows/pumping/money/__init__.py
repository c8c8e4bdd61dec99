"""Charge messages to budgets, and close paid channels after a loss."""
