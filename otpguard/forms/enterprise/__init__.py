"""Forms of what customers bring: identity providers and directories."""
