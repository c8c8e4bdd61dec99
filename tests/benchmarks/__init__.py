"""How long the hot paths take."""
