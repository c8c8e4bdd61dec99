"""Closing an organization: asked for, told, waited for, and canceled until then."""
