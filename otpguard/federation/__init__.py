"""Drivers for identity providers: they speak a protocol and give back verified statements."""
