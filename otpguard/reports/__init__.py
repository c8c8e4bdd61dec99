"""Figures over rows that others wrote; nothing here writes."""
