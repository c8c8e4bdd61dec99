"""The setting, part by part."""
