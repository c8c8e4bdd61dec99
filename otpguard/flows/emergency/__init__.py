"""Emergency envelopes: make one, open it by two people, end what it opened."""
