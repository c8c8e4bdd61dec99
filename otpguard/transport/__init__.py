"""How the product speaks to vendors: one HTTP client, values in and values out."""
