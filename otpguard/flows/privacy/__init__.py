"""What becomes of people in the audit log: erased, kept by a legal hold."""
