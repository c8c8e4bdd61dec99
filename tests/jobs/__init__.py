"""The jobs of docs/architecture.md ("Where would I …"): the answers are true."""
