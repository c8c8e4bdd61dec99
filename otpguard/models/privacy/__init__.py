"""What the audit log knows of people, and what keeps it."""
