"""How otpguard talks to vendors: one HTTP client, values in and values out."""
