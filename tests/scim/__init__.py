"""Tests of the SCIM endpoints."""
