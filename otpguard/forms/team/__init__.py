"""Input and words that the pages for administrators of an organization need."""
