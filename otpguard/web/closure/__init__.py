"""Closing an organization: what a host's view calls, and the page behind the link of the notice."""
