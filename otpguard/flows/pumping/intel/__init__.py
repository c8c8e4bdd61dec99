"""Ask vendors about phone numbers, and act upon what they say."""
