"""Join an organization by invitation: somebody who is not logged in shows a phone first."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

import otpguard
from demo_project.forms import PasswordForm
from demo_project.invitations import membership_of
from demo_project.tenancy import enter
from otpguard.exceptions import NotAllowed
from otpguard.models import Membership

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The link of an invitation. Opening it changes nothing."""
    membership = membership_of(token)
    if membership is None or request.user.is_authenticated:
        shown = {"invitation": membership}
        return render(request, "demo/join_not.html", shown, status=403 if membership else 404)
    # The number is asked for by the rules of the organization that invites, and in its log.
    enter(request, membership.tenant)
    return _join(request, membership)


# The link has come by e-mail, so no second one is asked for.
@otpguard.requires_phone_claim("signup", email_first=False)
def _join(request: HttpRequest, membership: Membership) -> HttpResponse:
    user = membership.user
    form = PasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                otpguard.claim_verified_phone(request, user)
                form.save()
        except NotAllowed:
            # Another browser was faster with the same link.
            return redirect(request.path)
        login(request, user, backend=BACKEND)
        enter(request, membership.tenant)
        messages.success(request, f"You work in {membership.tenant} now. Your phone is verified.")
        return redirect("profile")
    return render(request, "demo/join.html", {"form": form, "invitation": membership})
