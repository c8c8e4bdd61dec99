"""Identity providers of tenants, who people are there, and sign-ins that are under way."""
