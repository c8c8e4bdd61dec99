"""What an event says of the request itself: its id, its door, and what the host adds."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.utils.module_loading import import_string

from otpguard.conf import settings
from otpguard.conf.caches import forget_on_change
from otpguard.core.event_source import EventSource

MOST_CONTEXT = 4_096
"""The most characters of what a host adds to the events of a request, names included."""
_FORM = re.compile(r"[A-Za-z0-9._:/+=-]{1,64}")
_KEPT = "_otpguard_request_id"


def request_id_of(request: HttpRequest) -> str:
    """The id in the header REQUEST_ID_HEADER, or one that is made once for this request.

    A header of another form, or longer than 64 characters, counts as none.
    """
    kept: str | None = getattr(request, _KEPT, None)
    if kept is None:
        said = request.META.get(_meta_name(settings().request_id_header), "")
        kept = said if _FORM.fullmatch(said) else os.urandom(16).hex()
        setattr(request, _KEPT, kept)
    return kept


def source_of(request: HttpRequest, *, api: bool) -> EventSource:
    """The door of a request. `api` says that a framework for APIs answers it."""
    match = request.resolver_match
    if api:
        return EventSource.API
    return EventSource.ADMIN if getattr(match, "app_name", "") == "admin" else EventSource.FORM


def session_context_of(request: HttpRequest) -> Mapping[str, str]:
    """What SESSION_CONTEXT says, as text; nothing where it says more than `MOST_CONTEXT`."""
    path = settings().session_context
    if not path:
        return {}
    said = {str(name): str(value) for name, value in _loaded(path)(request).items()}
    return said if sum(len(name) + len(said[name]) for name in said) <= MOST_CONTEXT else {}


@lru_cache(maxsize=4)
def _meta_name(header: str) -> str:
    return f"HTTP_{header.upper().replace('-', '_')}"


@lru_cache(maxsize=1)
def _loaded(path: str) -> Callable[[HttpRequest], Mapping[str, Any]]:
    found: Callable[[HttpRequest], Mapping[str, Any]] = import_string(path)
    return found


forget_on_change(_loaded)
