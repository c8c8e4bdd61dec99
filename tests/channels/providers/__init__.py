"""Each provider passes the contract and has behaviour of its own."""
