"""Prove a number without an account: start a challenge, answer it, use the claim that it yields."""
