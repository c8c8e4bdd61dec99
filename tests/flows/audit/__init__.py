"""Sealing, proofs and checks of the audit log, on events that were committed."""
