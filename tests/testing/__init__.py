"""The public test kit, and its contract suites: each sees what breaks its contract."""
