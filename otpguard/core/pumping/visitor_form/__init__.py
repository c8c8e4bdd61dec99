"""The form of a stranger: its token, its proof of work, how it was filled in."""
