"""Input about API keys."""
