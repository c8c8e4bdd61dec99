"""What the doors share: reading requests, sessions, devices."""
