"""Hosts with user models of their own: a whole journey in each, in a project of its own."""
