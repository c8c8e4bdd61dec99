"""Play healthy sign-ups and SMS pumping against the real start, with a simulated clock."""
