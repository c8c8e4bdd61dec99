"""Forms about what is stored of people."""
