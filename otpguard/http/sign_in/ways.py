"""The ways to a tenant's identity provider, for a page or client that was refused for lack of it.

Only members get here, so nobody else learns where an organization signs in.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from otpguard.core.facts import RequestFacts
from otpguard.federation.speakers import speakers
from otpguard.flows.federation.sign_in_rule import ProviderToSignIn, providers_to_sign_in
from otpguard.http.return_path import return_path, safe_path
from otpguard.models import IdentityProvider, Tenant
from otpguard.tenants.directory import directory

OURS = "otpguard_sso_"
"""How the names of all URLs of single sign-on begin."""
LOGIN, CONNECT = f"{OURS}login", f"{OURS}connect"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInWay:
    """A button: the provider's name, where it leads, and whether by POST, which links a sign-in of
    somebody who is not known there yet."""

    name: str
    url: str
    links: bool


def sign_in_ways(
    request: HttpRequest, facts: RequestFacts, tenant: str, *, links: bool
) -> list[SignInWay]:
    """The buttons, in the order of the providers' names; none where the project has no single
    sign-on of ours. `links` also gives those that link a sign-in, which only somebody can follow
    who is logged in. Raises DatabaseError."""
    found = providers_to_sign_in(facts=facts, tenant=tenant)
    try:
        return [_way(request, each) for each in found if links or each.known_there]
    except NoReverseMatch:
        return []


def login_ways(request: HttpRequest) -> list[SignInWay]:
    """The buttons for the login page of one organization, that of the request; none where the
    request is in none, or where the project has no single sign-on of ours.

    Who may open that page learns where the organization signs in: a host shows them on the page of
    one organization alone. Raises DatabaseError.
    """
    tenant = directory().tenant_for(request)
    if not tenant:
        return []
    rows = IdentityProvider.objects.filter(Q(tenant=tenant), enabled=True)
    active = rows.filter(tenant__status=Tenant.Status.ACTIVE, protocol__in=speakers.protocols)
    path = safe_path(request, request.GET.get("next", ""))
    query = f"?{urlencode({'next': path})}" if path else ""
    try:
        return [
            SignInWay(name=row.name, url=reverse(LOGIN, args=[row.pk]) + query, links=False)
            for row in active.order_by("name")
        ]
    except NoReverseMatch:
        return []


def is_sign_in_url(request: HttpRequest) -> bool:
    """Whether the request is on its way to an identity provider, or back."""
    match = request.resolver_match
    return match is not None and (match.url_name or "").startswith(OURS)


def _way(request: HttpRequest, each: ProviderToSignIn) -> SignInWay:
    if not each.known_there:
        return SignInWay(name=each.name, url=reverse(CONNECT, args=[each.provider]), links=True)
    url = reverse(LOGIN, args=[each.provider])
    back = return_path(request)
    query = f"?{urlencode({'next': back})}" if back and request.method == "GET" else ""
    return SignInWay(name=each.name, url=f"{url}{query}", links=False)
