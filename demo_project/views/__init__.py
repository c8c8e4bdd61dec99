"""The pages of Acme CRM, one topic a file."""
