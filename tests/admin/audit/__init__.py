"""The audit log as a whole in the admin."""
