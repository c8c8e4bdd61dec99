"""Which way a message may take, and what keeps it from that."""
