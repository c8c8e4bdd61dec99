"""The pages of a forgotten password: Django's own two views, and the confirmation between them."""
