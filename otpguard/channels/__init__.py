"""How a code leaves the building."""
