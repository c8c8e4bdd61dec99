"""The witness that ships."""
