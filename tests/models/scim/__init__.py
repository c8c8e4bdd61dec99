"""Tests of the tables of SCIM."""
