"""What vendors know about phone numbers, and what it means."""
