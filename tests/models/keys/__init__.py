"""Tables and the constraints the database enforces."""
