"""What a host calls besides the guard: its keys and its own events."""
