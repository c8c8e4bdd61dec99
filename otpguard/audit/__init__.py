"""The audit log: each event is recorded in the transaction of the change it reports."""
