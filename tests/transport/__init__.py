"""The one HTTP client, against servers that are really there."""
