"""The audit log through the API: proofs, exports, streams."""
