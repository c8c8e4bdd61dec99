"""Bundles that were tampered with, and the program that names what was done."""
