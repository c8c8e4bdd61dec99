"""Velocity caps: exact rolling logs, charged all or nothing."""
