"""What others know about an IP address, a number or a domain: files and vendors."""
