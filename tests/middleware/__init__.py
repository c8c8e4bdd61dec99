"""The middleware, driven through whole requests."""
