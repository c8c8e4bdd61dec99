"""Keep ATOMIC_REQUESTS off our views.

A flow behind them decides by itself what is committed: the count of a wrong answer must outlast
whatever fails after it.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connections, transaction
from django.urls import URLPattern, URLResolver


def non_atomic(patterns: Sequence[URLPattern | URLResolver]) -> list[URLPattern | URLResolver]:
    """The same patterns, with every view below them marked for every database of the project."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            non_atomic(pattern.url_patterns)
        else:
            for alias in connections:
                transaction.non_atomic_requests(using=alias)(pattern.callback)
    return list(patterns)
