"""The API keys of the organization: make one and see its secret once, renew it, delete it."""

from __future__ import annotations

from functools import wraps
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from otpguard.conf import settings
from otpguard.core.audience import ADMIN
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import HiddenText
from otpguard.exceptions import InvalidInput
from otpguard.forms.own_key import OwnKeyForm
from otpguard.http.host.keys import create, delete, rotate
from otpguard.models import KeyRecord
from otpguard.tenants.directory import member_of
from otpguard.web.security.own_pages import View, not_found, own_page, refused
from otpguard.web.team.door import on_to, show

ROLES = frozenset({ADMIN, "api_admin"})
MOST = 200
"""The most keys that the page shows, the newest."""


def has_keys_page(facts: RequestFacts) -> bool:
    """Whether somebody may look after the keys of the request's tenant: an administrator or an
    administrator of keys, on a site that offers scopes. Raises StoreUnavailable."""
    if not settings().api_keys.scopes or not facts.tenant:
        return False
    member = member_of(facts.user, facts.tenant)
    return member is not None and member.active and not ROLES.isdisjoint(member.roles)


def _keys_page(view: View) -> View:
    """Wrap a view of these pages; 403 for everybody else, 404 where the site has no such page."""

    @wraps(view)
    def inner(request: HttpRequest, facts: RequestFacts, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 (of the URL)
        if not settings().api_keys.scopes:
            return not_found(request)
        if not has_keys_page(facts):
            message = _("This page is for people who look after the API keys of an organization.")
            return refused(request, message, status=403)
        return view(request, facts, **kwargs)

    return own_page(inner)


@_keys_page
@require_safe
def api_keys(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The keys in use. Reads only."""
    return _page(request, facts, OwnKeyForm())


@_keys_page
@require_POST
@sensitive_variables()
def make_key(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """Make a key, after a proof, and show its secret: this once."""
    form = OwnKeyForm(request.POST)
    if not form.is_valid():
        return _page(request, facts, form, status=400)
    try:
        key, secret = create(request, **form.cleaned_data, form=form)
    except InvalidInput as bad:
        return _page(request, facts, form, status=400, error=bad.message)
    return _secret(request, key, secret)


@_keys_page
@require_POST
@sensitive_variables()
def renew_key(request: HttpRequest, facts: RequestFacts, key_id: UUID) -> HttpResponse:
    """Give a key a new secret, after a proof, and show it this once. The old one stops at once."""
    key = _of(facts).filter(pk=key_id).first()
    if key is None:
        return not_found(request)
    try:
        secret = rotate(request, key)
    except InvalidInput:  # somebody else has just deleted it
        return not_found(request)
    return _secret(request, key, secret)


@_keys_page
@require_POST
def delete_key(request: HttpRequest, facts: RequestFacts, key_id: UUID) -> HttpResponse:
    """End a key, after a proof."""
    key = _of(facts).filter(pk=key_id).first()
    if key is None:
        return not_found(request)
    try:
        delete(request, key)
    except InvalidInput:  # the same
        return not_found(request)
    return on_to(reverse("otpguard:api-keys"), "key_deleted")


def _of(facts: RequestFacts) -> QuerySet[KeyRecord]:
    """The keys of ours that are in use in the tenant of the request."""
    rows = KeyRecord.objects.filter(Q(tenant=facts.tenant), deleted_at=None)
    return rows.exclude(digest=None)


def _secret(request: HttpRequest, key: KeyRecord, secret: HiddenText) -> HttpResponse:
    context = {"key": key, "secret": secret, "support_url": settings().support_url}
    return render(request, "otpguard/team/key_secret.html", context)


def _page(
    request: HttpRequest,
    facts: RequestFacts,
    form: OwnKeyForm,
    *,
    status: int = 200,
    error: str = "",
) -> HttpResponse:
    rows = _of(facts).select_related("created_by")[:MOST]
    scopes = settings().api_keys.scopes
    said = error or next((str(each[0]) for each in form.errors.values()), "")
    return show(
        request,
        "keys",
        status=status,
        error=said,
        form=form,
        lines=[(row, scopes.get(row.scope, row.scope)) for row in rows],
    )
