"""What the API tells and changes of how an organization signs in."""
