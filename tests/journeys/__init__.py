"""End to end: a browser, a live server, a real database."""
