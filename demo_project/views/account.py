"""Log in and out, switch the tenant, see and change what is one's own."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth import get_user, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

import otpguard
from demo_project import tenancy
from demo_project.forms import PasswordForm
from demo_project.people import PASSWORD, PEOPLE
from otpguard.models import PhoneFactor

__all__ = ["Login", "Logout", "password", "profile", "switch"]


class Login(LoginView):
    """The login page, with a button for every person of the demo."""

    template_name = "demo/login.html"

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Log in, as somebody else if somebody is logged in, and enter the first tenant."""
        if self.request.user.is_authenticated:
            logout(self.request)  # ends that login session and what was proven in it
        response = super().form_valid(form)
        tenancy.enter_first(self.request)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401 (Django's)
        """Add the people."""
        return super().get_context_data(people=PEOPLE, password=PASSWORD, **kwargs)


class Logout(LogoutView):
    """Django's own: a POST that ends the session."""


@login_required
@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Work in another tenant. What was proven in the last one does not count here."""
    membership = get_object_or_404(
        tenancy.memberships_of(request.user), tenant__slug=request.POST.get("tenant", "")
    )
    tenancy.enter(request, membership.tenant)
    messages.success(request, f"You work in {membership.tenant} now.")
    return redirect("tour")


@login_required
@require_GET
def profile(request: HttpRequest) -> HttpResponse:
    """Who one is: tenants, roles and factors."""
    factors = PhoneFactor.objects.filter(user=request.user.pk, confirmed=True, disabled_at=None)
    return render(request, "demo/profile.html", {"factors": factors})


@login_required
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change the password. Its fields are secrets: they are never kept over a step-up."""
    user = get_user(request)
    assert isinstance(user, User)  # noqa: S101 (login_required)
    form = PasswordForm(user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        otpguard.require(request, "password_reset", target=f"password of {user}")
        form.save()
        update_session_auth_hash(request, user)
        messages.success(
            request, "Your password is changed. What you had proven in this session has ended."
        )
        return redirect("profile")
    return render(request, "demo/password.html", {"form": form})
