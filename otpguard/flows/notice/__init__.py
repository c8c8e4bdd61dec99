"""Messages that inform and ask nothing."""
