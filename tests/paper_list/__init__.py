"""A kind of factor from outside: the example of docs/factor-kinds.md, word for word."""
