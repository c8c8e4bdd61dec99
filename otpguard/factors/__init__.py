"""What a user can prove."""
