"""Use-cases: what happens when somebody does something. One verb a file.

A flow is a keyword-only function that takes values and models, never a request; it owns one
transaction, writes its audit event inside it and starts effects after the commit. Pages, API,
admin, worker and commands call the same flow.
"""
