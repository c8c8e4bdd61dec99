"""The SCIM 2.0 endpoints for customers' directories. Needs the extra `scim`."""
