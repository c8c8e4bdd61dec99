"""What a proof is good for, and for how long."""
