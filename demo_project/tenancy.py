"""Which tenant a request is about, and who may do what there.

Step-up never replaces permission: who proves who they are may still not be allowed something.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from otpguard.models import Membership, Tenant
from otpguard.tenants.directory import SESSION_KEY

P = ParamSpec("P")

ADMIN = "admin"
BILLING_ADMIN = "billing_admin"
API_ADMIN = "api_admin"
MEMBER = "member"


class MemberRequest(HttpRequest):
    """A request that `member_required` let through."""

    user: User
    membership: Membership


MemberView = Callable[Concatenate[MemberRequest, P], HttpResponseBase]
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def memberships_of(user: object) -> QuerySet[Membership]:
    """The tenants that somebody may enter."""
    return Membership.objects.filter(
        user=getattr(user, "pk", None), active=True, tenant__status=Tenant.Status.ACTIVE
    ).select_related("tenant", "user")


def current(request: HttpRequest) -> Membership | None:
    """The membership that this request acts under: the tenant of the session, if it is theirs."""
    tenant = request.session.get(SESSION_KEY)
    return memberships_of(request.user).filter(tenant=tenant).first() if tenant else None


def enter(request: HttpRequest, tenant: Tenant) -> None:
    """Work in `tenant` from now on. The guard checks membership again at every checkpoint."""
    request.session[SESSION_KEY] = str(tenant.pk)


def enter_first(request: HttpRequest) -> None:
    """After a login: the first tenant of the person, if there is one."""
    membership = memberships_of(request.user).order_by("tenant__name").first()
    if membership is not None:
        enter(request, membership.tenant)


def member_required(*roles: str) -> Callable[[MemberView[P]], View[P]]:
    """Let in who is logged in, works in a tenant and has one of `roles` (any, if none)."""

    def decorate(view: MemberView[P]) -> View[P]:
        @login_required
        @wraps(view)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            membership = current(request)
            if membership is None:
                messages.info(request, "This page belongs to an organization; you work in none.")
                return redirect("tour")
            if roles and not set(roles) & set(membership.roles):
                raise PermissionDenied(f"Only for: {', '.join(roles)}.")
            member = cast("MemberRequest", request)
            member.membership = membership
            return view(member, *args, **kwargs)

        return cast("View[P]", checked)

    return decorate
