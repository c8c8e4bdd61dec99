"""Requests that show an access token of an OAuth client."""
