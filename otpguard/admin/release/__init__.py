"""Lists of what is made for people and held."""
