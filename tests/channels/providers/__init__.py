"""Each provider passes the contract and has behavior of its own."""
