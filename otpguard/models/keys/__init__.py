"""The tables of API keys."""
