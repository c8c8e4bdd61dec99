"""What vendors' answers mean, asked over HTTP with the bodies that they send."""
