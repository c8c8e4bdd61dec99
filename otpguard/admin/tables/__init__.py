"""Tables and texts that several admin pages show."""
