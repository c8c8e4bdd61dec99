"""Input about what identity providers tell us."""
