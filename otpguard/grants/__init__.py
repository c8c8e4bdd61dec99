"""Grants: the one statement of the guard, and the writes that issue, spend and revoke."""
