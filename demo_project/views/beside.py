"""The operations that ship beside the seven: invitation, policy, deal, payment, closing."""

from __future__ import annotations

from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

import otpguard
from demo_project import invitations
from demo_project.models import Deal
from demo_project.more_forms import DealForm, InviteForm, PayForm, ProofLifeForm
from demo_project.tenancy import ADMIN, MemberRequest, member_required
from otpguard.exceptions import NotAllowed
from otpguard.flows.tenant import policy, provision
from otpguard.http.facts import facts_from


@member_required(ADMIN)
@require_http_methods(["GET", "POST"])
def invite(request: MemberRequest) -> HttpResponse:
    """Invite somebody; what is asked for depends on the role."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email, role = form.cleaned_data["email"], form.cleaned_data["role"]
        otpguard.require_invite(request, email=email, roles=[role])
        user = invitations.invited_account(email)
        member = provision.set_member(
            facts=facts_from(request),
            tenant=request.membership.tenant,
            user_id=str(user.pk),
            roles=[role],
            active=True,
        )
        if invitations.awaits_joining(user):
            link = reverse("join", args=[invitations.token_of(member)])
            invitations.send(member, url=request.build_absolute_uri(link))
        messages.success(request, f"{email} is invited as {role}.")
        return redirect("members")
    return _form(request, form, "Invite somebody", "team_invite", "Invite")


@member_required(ADMIN)
@require_http_methods(["GET", "POST"])
def change_policy(request: MemberRequest) -> HttpResponse:
    """Change how long a proof counts at the export of contacts."""
    form = ProofLifeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        minutes = form.cleaned_data["minutes"]
        otpguard.require(request, "security_settings", target=f"a proof counts {minutes} minutes")
        policy.change_policy(
            facts=facts_from(request),
            tenant=request.membership.tenant,
            checkpoint="data_export",
            wishes={"ttl": timedelta(minutes=minutes)},
        )
        messages.success(request, f"A proof counts for {minutes} minutes at the export now.")
        return redirect("policy")
    return _form(
        request, form, "How long a proof counts at the export", "security_settings", "Save"
    )


@member_required(ADMIN)
@require_http_methods(["GET", "POST"])
def deals(request: MemberRequest) -> HttpResponse:
    """The organization's only deal, which is worth guarding."""
    deal, _ = Deal.objects.get_or_create(
        tenant=request.membership.tenant, defaults={"name": "Renewal", "dollars": 48_000}
    )
    form = DealForm(request.POST or None, initial={"dollars": deal.dollars})
    if request.method == "POST" and form.is_valid():
        dollars = form.cleaned_data["dollars"]
        otpguard.require(
            request,
            "sensitive_setting.deal_edit",
            target=f"{deal.name}: {deal.dollars} to {dollars} dollars",
        )
        deal.dollars = dollars
        deal.save(update_fields=["dollars"])
        messages.success(request, f"{deal.name} is worth {dollars} dollars now.")
        return redirect("deals")
    return _form(
        request, form, f"{deal.name}: {deal.dollars} dollars", "sensitive_setting.deal_edit", "Save"
    )


@member_required(ADMIN)
@require_http_methods(["GET", "POST"])
def pay(request: MemberRequest) -> HttpResponse:
    """Pay somebody, in words only: the demo moves no money."""
    form = PayForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        otpguard.require_payment(request, form.payment)
        messages.success(request, f"Paid: {form.payment.shown}")
        return redirect("pay")
    return _form(request, form, "Pay somebody", "transaction_flow", "Pay")


@member_required(ADMIN)
@require_http_methods(["GET", "POST"])
def close(request: MemberRequest) -> HttpResponse:
    """Close the organization after a wait, or keep it open."""
    tenant = request.membership.tenant
    if request.method == "POST":
        try:
            if tenant.closes_at is None:
                otpguard.ask_closure(request)
            else:
                otpguard.cancel_closure(request)
        except NotAllowed as refused:
            messages.error(request, refused.message)
        return redirect("close")
    return render(request, "demo/close.html")


def _form(
    request: MemberRequest, form: forms.Form, title: str, checkpoint: str, button: str
) -> HttpResponse:
    context = {"form": form, "title": title, "checkpoint": checkpoint, "button": button}
    status = 400 if form.errors else 200
    return render(request, "demo/guarded_form.html", context, status=status)
