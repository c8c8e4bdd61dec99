"""From a request to facts: the one place where a request is read for a decision."""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from otpguard.account import email_of
from otpguard.conf import settings
from otpguard.core.agent import device_name
from otpguard.core.client_ip import client_ip
from otpguard.core.facts import SAFE_METHODS, RequestFacts
from otpguard.http import device, session
from otpguard.http.bearer.client_login import ClientLogin, client_login_of
from otpguard.http.host.request_words import request_id_of, session_context_of, source_of
from otpguard.tenants.directory import directory


def facts_from(
    request: HttpRequest,
    *,
    user: Any = None,  # noqa: ANN401 (the host's own user model)
    bearer: bool = False,
    tenant: str | None = None,
    api: bool = False,
    client: ClientLogin | None = None,
) -> RequestFacts:
    """The facts of a request.

    `user` overrides `request.user`, for a view that authenticates by itself. `bearer` says that it
    did so by something else: then no proof from a browser counts. `tenant` is what the
    directory has just answered. `api` says that an API framework answers, `client` whose token.
    """
    who: Any = request.user if user is None else user
    identity = str(who.pk) if who.is_authenticated else ""
    mark = _mark(request, identity, bearer=bearer, client=client)
    match = request.resolver_match
    method = request.method or "GET"
    safe = method in SAFE_METHODS
    return RequestFacts(
        now=timezone.now(),
        user=identity,
        user_active=bool(who.is_active) if identity else True,
        user_is_staff=bool(getattr(who, "is_staff", False)),
        email="" if safe or not identity else email_of(who),
        tenant=tenant_id_of(request) if tenant is None else _id_of(tenant),
        sid=mark.sid,
        primary=mark.primary,
        authenticated_at=mark.authenticated_at,
        device=device.read(request, identity),
        by_client=client is not None,
        client_ip=client_ip_of(request),
        agent=device_name(request.META.get("HTTP_USER_AGENT", "")),
        # Reading a page sends no message, and the check costs more than the rest of the facts.
        host="" if safe else _host(request),
        secure=not safe and request.is_secure(),
        method=method,
        path=request.path,
        view=match.view_name if match else "",
        request_id=request_id_of(request),
        source=source_of(request, api=api or bearer),
        session_context=session_context_of(request),
    )


def _mark(
    request: HttpRequest, user: str, *, bearer: bool, client: ClientLogin | None
) -> session.Mark:
    if client is not None:
        return client.mark
    return session.NO_MARK if bearer else session.read(request, user)


def facts_of(
    request: Any,  # noqa: ANN401 (Django's request, or one around it)
    *,
    tenant: str | None = None,
) -> RequestFacts:
    """The facts of Django's request, or of the one that a framework wraps around it.

    A framework authenticates by itself; only its session authentication leaves no `auth`.
    """
    inner = inner_of(request)
    if request is inner:
        return facts_from(inner, tenant=tenant)
    bearer = request.auth is not None
    client = client_login_of(request, str(request.user.pk)) if bearer else None
    return facts_from(
        inner, user=request.user, bearer=bearer, tenant=tenant, api=True, client=client
    )


def inner_of(request: Any) -> HttpRequest:  # noqa: ANN401 (see facts_of)
    """Django's own request, also if a framework has wrapped it."""
    inner: HttpRequest = getattr(request, "_request", request)
    return inner


def client_ip_of(request: HttpRequest) -> str:
    """The IP address that a request came from, as far as the site's proxies can be trusted."""
    return client_ip(
        request.META.get("REMOTE_ADDR", ""),
        request.META.get("HTTP_X_FORWARDED_FOR", ""),
        trusted_proxies=settings().trusted_proxies,
    )


def tenant_id_of(request: HttpRequest) -> str:
    """The id of the tenant that a request is about; empty for none."""
    return _id_of(directory().tenant_for(request))


def _id_of(answer: str) -> str:
    """The directory's answer if it can be a tenant's id; otherwise no tenant."""
    return _spelled(answer) if answer else ""


@lru_cache(maxsize=4096)
def _spelled(answer: str) -> str:
    try:
        return str(UUID(answer))
    except ValueError:
        return ""


def _host(request: HttpRequest) -> str:
    """The validated host, for requests that may send a message."""
    # A login without a request of its own (Django's test client) names no host.
    named = "HTTP_HOST" in request.META or "SERVER_NAME" in request.META
    return request.get_host() if named else ""
