"""Answers about what is stored of people."""
