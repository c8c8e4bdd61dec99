"""Sign up in two steps: try the product at once, prove a phone when it becomes serious."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods

import otpguard
from demo_project.forms import SignupForm, WorkspaceForm
from demo_project.tenancy import enter
from otpguard.flows.tenant import provision
from otpguard.http.facts import facts_from

BACKEND = "django.contrib.auth.backends.ModelBackend"


@require_http_methods(["GET", "POST"])
def signup(request: HttpRequest) -> HttpResponse:
    """An account for e-mail and password; nobody is asked for a phone to have a look."""
    form = SignupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.save()
        if request.user.is_authenticated:
            logout(request)
        login(request, user, backend=BACKEND)
        messages.success(request, f"Welcome! You are logged in as {user}, on an evaluation.")
        return redirect("signup-finish")
    return render(request, "demo/signup.html", {"form": form})


@login_required
@require_http_methods(["GET", "POST"])
def finish(request: HttpRequest) -> HttpResponse:
    """Found a company of one's own. This is where a verified phone is asked for."""
    form = WorkspaceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["workspace"]
        otpguard.require(request, "signup", target=name)
        _found(request, name)
        messages.success(request, f"{name} is ready, and your phone is verified.")
        return redirect("profile")
    return render(request, "demo/signup_finish.html", {"form": form})


def _found(request: HttpRequest, name: str) -> None:
    """The founder of a company is its first admin."""
    slug = f"{slugify(name)[:40] or 'company'}-{uuid4().hex[:6]}"
    tenant = provision.create_tenant(
        facts=facts_from(request), slug=slug, name=name, admin=str(request.user.pk)
    )
    enter(request, tenant)
