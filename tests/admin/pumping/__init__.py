"""Tests of the pumping defense in the admin."""
