"""Screen sends for SMS pumping, and learn from what came of them."""
