"""From a request to facts: the one place where a request is read for a decision."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from otpguard.conf import settings
from otpguard.core.address import client
from otpguard.core.agent import device_name
from otpguard.core.facts import SAFE_METHODS, RequestFacts
from otpguard.http import device, session
from otpguard.tenants.directory import directory


def facts_from(
    request: HttpRequest,
    *,
    user: Any = None,  # noqa: ANN401 (the host's own user model)
    bearer: bool = False,
) -> RequestFacts:
    """The facts of a request.

    `user` overrides `request.user`, for a view that authenticates by itself. `bearer` says that
    it did so by something other than the web session: then nothing proven in a browser counts.
    """
    who = request.user if user is None else user
    identity = str(who.pk) if who.is_authenticated else ""
    mark = session.NO_MARK if bearer else session.read(request, identity)
    match = request.resolver_match
    return RequestFacts(
        now=timezone.now(),
        user=identity,
        user_active=bool(who.is_active) if identity else True,
        user_is_staff=bool(getattr(who, "is_staff", False)),
        tenant=_tenant(request),
        sid=mark.sid,
        primary=mark.primary,
        authenticated_at=mark.authenticated_at,
        device=device.read(request, identity),
        address=address_of(request),
        agent=device_name(request.META.get("HTTP_USER_AGENT", "")),
        host=_host(request),
        secure=request.method not in SAFE_METHODS and request.is_secure(),
        method=request.method or "GET",
        path=request.path,
        view=match.view_name if match else "",
    )


def address_of(request: HttpRequest) -> str:
    """The address that a request came from, as far as the site's proxies can be trusted."""
    return client(
        request.META.get("REMOTE_ADDR", ""),
        request.META.get("HTTP_X_FORWARDED_FOR", ""),
        trusted_proxies=settings().trusted_proxies,
    )


def _tenant(request: HttpRequest) -> str:
    """The directory's answer if it can be a tenant's id; anything else is no tenant."""
    answer = directory().tenant_for(request)
    return _spelled(answer) if answer else ""


@lru_cache(maxsize=4096)
def _spelled(answer: str) -> str:
    try:
        return str(UUID(answer))
    except ValueError:
        return ""


def _host(request: HttpRequest) -> str:
    """The validated host, for requests that may send a message: reading a page sends none, and the
    check costs more than the rest of the facts."""
    if request.method in SAFE_METHODS:
        return ""
    # A login without a request of its own (Django's test client) names no host.
    named = "HTTP_HOST" in request.META or "SERVER_NAME" in request.META
    return request.get_host() if named else ""
