"""Emergency envelopes and what they opened."""
