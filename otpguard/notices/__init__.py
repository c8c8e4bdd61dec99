"""Notices to people: their kinds, texts and recipients."""
