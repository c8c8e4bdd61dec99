"""Settings about the people who sign up."""
