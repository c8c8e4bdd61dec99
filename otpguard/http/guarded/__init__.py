"""What of a host is guarded: its URLs, admin actions and API views, each with its checkpoint."""
