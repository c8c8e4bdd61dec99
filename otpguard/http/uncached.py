"""Keep answers out of caches: what one person was shown is for this person only, and only now.

A header is enough for browsers, proxies and every cache that stands around the guard. A page cache
between the guard and the view (`cache_page`, the site's cache middleware below ours) stores the
answer before any header of ours is on it (A24). Django's asks the request whether to store, so a
guarded request says no, whatever that cache writes on it afterwards.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from django.http.response import HttpResponseBase

HEADER = "private, no-store"
_ASKED = "_cache_update_cache"
"""Where Django's cache middleware notes whether an answer is to be stored."""

R = TypeVar("R")


def keep_uncached(request: Any) -> None:  # noqa: ANN401 (Django's request, or one that wraps it)
    """Keep the answer to this request out of Django's page caches, inside and outside.

    The class of the request is exchanged, for its attribute would be overwritten: `cache_page`
    inside the guard says "store" when its turn comes.
    """
    request.__class__ = _uncached(request.__class__)


def uncached(response: R) -> R:
    """The response, with the header that keeps it out of every other cache.

    Anything else than a response is left for Django to complain about.
    """
    if isinstance(response, HttpResponseBase):
        response["Cache-Control"] = HEADER
    return response


@cache
def _uncached(kind: type) -> type:
    """`kind`, but of requests that Django's caches never store an answer to."""
    if isinstance(getattr(kind, _ASKED, None), property):
        return kind
    never = property(lambda _request: False, lambda _request, _value: None)
    return type(kind.__name__, (kind,), {_ASKED: never, "__module__": kind.__module__})
