"""The places outside the database that get signed heads of the audit log."""
