"""A host with the operations that ship beside the seven: invitations, payments, closing."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_POST

import otpguard
from otpguard import Payment
from otpguard.provisioning import MemberRow
from tests import guarded


@require_POST
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody with roles; "owner" is this host's own admin role."""
    otpguard.require_invite(
        request,
        email=request.POST["email"],
        roles=request.POST.getlist("roles"),
        privileged=["owner"],
    )
    return guarded.done(f"invited {request.POST['email']}")


@require_POST
def bring_in(request: HttpRequest) -> HttpResponse:
    """Import members: a line for each, with the id and the roles."""
    lines = [line.split(",") for line in request.POST["rows"].splitlines()]
    rows = [MemberRow(user_id=user, roles=roles) for user, *roles in lines]
    otpguard.require_import(request, rows=rows)
    return guarded.done(f"imported {len(rows)}")


@require_POST
def pay(request: HttpRequest) -> HttpResponse:
    """Pay somebody."""
    payment = Payment(
        amount=Decimal(request.POST["amount"]),
        currency="EUR",
        payee=request.POST["payee"],
        account=request.POST["account"],
    )
    otpguard.require_payment(request, payment)
    return guarded.done(f"paid {payment.shown}")


@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Close the organization, some time later."""
    return guarded.done(f"closes at {otpguard.ask_closure(request).closes_at}")


@require_POST
def keep_open(request: HttpRequest) -> HttpResponse:
    """Do not close it after all."""
    return guarded.done(f"kept open: {otpguard.cancel_closure(request)}")


@require_POST
def setting(request: HttpRequest, name: str) -> HttpResponse:
    """Change a sensitive setting."""
    otpguard.require(request, f"sensitive_setting.{name}", target="Ann")
    return guarded.done(name)


urlpatterns = [
    *guarded.urlpatterns,
    path("invite/", invite),
    path("import/", bring_in),
    path("pay/", pay),
    path("close/", close),
    path("keep-open/", keep_open),
    path("setting/<slug:name>/", setting),
]
