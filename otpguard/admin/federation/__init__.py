"""Identity providers of tenants in the admin: how they are set up and what they really send."""
