"""Emergency envelopes, their codes, and the time-limited access that they give."""
