"""The tables of verifications that services ask for."""
