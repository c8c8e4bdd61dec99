"""How batches of events are handed to their receivers, each in its own form."""
