"""Requests as a view would get them, without a client round them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.test import RequestFactory

from otpguard.http.guard_state import STATE
from tests.host import Host


def request_of(
    host: Host | None, method: str = "get", path: str = "/", data: Any = None, **options: Any
) -> HttpRequest:
    """A request of the host's browser, or of a browser that nobody is logged in with."""
    view = options.pop("view", "")
    made = getattr(RequestFactory(), method)(path, data, **options)
    made.session = host.client.session if host else SessionStore()
    made.user = host.user if host else AnonymousUser()
    made.resolver_match = SimpleNamespace(view_name=view, func=None) if view else None
    made.__dict__[STATE] = None
    return made
