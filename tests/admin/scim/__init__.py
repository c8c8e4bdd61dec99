"""Tests of customers' directories in the admin."""
