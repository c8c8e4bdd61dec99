"""Releases as values: the lines of a file, and when it may be downloaded."""
