"""People in the audit log: their references, and legal holds on them."""
