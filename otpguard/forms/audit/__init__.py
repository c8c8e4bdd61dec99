"""Forms of the audit log."""
