"""Check the form of a stranger, and spend its token."""
