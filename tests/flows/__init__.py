"""Use cases, called as a door would call them."""
