"""The API: the same flows as the pages, by Django REST framework."""
