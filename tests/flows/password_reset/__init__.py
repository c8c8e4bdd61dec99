"""The reset of a forgotten password."""
