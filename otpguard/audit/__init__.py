"""The audit log: events recorded in the transaction of what they tell."""
