"""May this request pass, and what happens when it may not."""
