"""What operators do with the audit log as a whole."""
