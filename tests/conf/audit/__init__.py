"""Settings of the audit log."""
