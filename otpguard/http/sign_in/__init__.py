"""A tenant that takes sessions of its own identity provider only, over HTTP."""
