"""What vendors' answers mean, one vendor a file: data that the providers and the docs read."""
