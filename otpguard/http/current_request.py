"""Who acts, for code that a Django signal calls without a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.http.facts import facts_from

_request: ContextVar[HttpRequest | None] = ContextVar("otpguard_request", default=None)


@contextmanager
def during(request: HttpRequest) -> Iterator[None]:
    """While the block runs, this request is the one that acts."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def facts_now() -> RequestFacts:
    """The facts of the request that acts, or those of code outside a request."""
    request = _request.get()
    if request is None or not hasattr(request, "user"):
        return RequestFacts(now=timezone.now())
    return facts_from(request)
