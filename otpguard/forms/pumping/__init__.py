"""Forms of the pumping defense."""
