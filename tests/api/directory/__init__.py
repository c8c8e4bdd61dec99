"""The doors of a directory."""
