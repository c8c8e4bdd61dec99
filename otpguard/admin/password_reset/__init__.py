"""The admin of password resets."""
