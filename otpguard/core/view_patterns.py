"""Patterns of view names: which one covers a view. The guard and its check ask the same function.

A pattern is the whole name of a view, or a beginning of one with `*` after it: "partner:*" covers
all that the namespace holds, other namespaces too, and "admin:auth_*" what its text begins.
"""

from __future__ import annotations

from collections.abc import Iterable


def is_pattern(text: str) -> bool:
    """True for a pattern; False for an empty one or a `*` anywhere but at the end."""
    return bool(text) and "*" not in text[:-1]


def covers(pattern: str, name: str) -> bool:
    """True when the view of that name, with its namespaces, is covered."""
    if pattern.endswith("*"):
        return name.startswith(pattern[:-1])
    return name == pattern


def best_pattern(patterns: Iterable[str], name: str) -> str | None:
    """The pattern that counts for a view: its own name, else the longest that covers it."""
    found = [pattern for pattern in patterns if covers(pattern, name)]
    return max(found, key=lambda pattern: (pattern == name, len(pattern)), default=None)
