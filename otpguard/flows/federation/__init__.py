"""Sign-ins at identity providers: set up, linked to people, and taken in as proofs."""
