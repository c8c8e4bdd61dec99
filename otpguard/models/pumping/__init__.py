"""The tables of the pumping defense."""
