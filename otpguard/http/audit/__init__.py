"""What doors give out of the audit log."""
