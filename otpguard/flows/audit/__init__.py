"""The audit log after its events are written: sealing, proofs and checks."""
