"""What the audit log is called here, and where its heads go."""
