"""Tests of the events of provisioning."""
