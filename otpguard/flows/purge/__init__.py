"""Delete operational rows that have served their time."""
