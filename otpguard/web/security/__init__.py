"""The Security page and its subpages: a person's own factors, devices and activity."""
