"""Pages for the administrators of one organization: what waits for them."""
