"""Scratch host projects, each in another surrounding, and one journey through them all."""
