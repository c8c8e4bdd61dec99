"""What lists share: filters and pages."""
