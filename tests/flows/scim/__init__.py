"""Tests of what a customer's directory does."""
