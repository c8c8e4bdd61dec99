"""Places that get heads, each with real files, servers or e-mails."""
