"""Figures over the rows of other rooms."""
