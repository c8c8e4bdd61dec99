"""One page, or one step of it, a file."""
