"""Log out from any page of ours, whatever the host calls its own way out."""

from __future__ import annotations

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from otpguard.conf import settings
from otpguard.http import pages
from otpguard.http.refusal import SeeOther
from otpguard.http.return_path import redirect_to_login_page, safe_path, with_next


@login_not_required
@require_http_methods(["GET", "POST"])
def log_out(request: HttpRequest) -> HttpResponse:
    """POST ends the login, by Django's own `logout` with its signal. GET says that it has ended,
    or asks.

    The page links to the login page and on to `next`, which keeps the place of a person who was
    advised to log out. A link and no redirect: the form's content policy would stop one that ends
    at another site, such as an identity provider.
    """
    given = request.POST if request.method == "POST" else request.GET
    again = safe_path(request, given.get("next", ""))
    if request.method == "POST":
        logout(request)
        url = reverse("otpguard:log-out")
        return pages.hardened(request, SeeOther(with_next(url, again) if again else url))
    context = {
        "done": not request.user.is_authenticated,
        "next": again,
        "login_url": redirect_to_login_page(again or pages.home_url()).url,
        "support_url": settings().support_url,
    }
    return pages.hardened(request, render(request, "otpguard/log_out.html", context))
