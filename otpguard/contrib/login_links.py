"""Logins by a link in an e-mail: the link opens only together with a factor that is enrolled.

def enter(request, token):
    user = person_of(token)  # yours: valid, and not used up yet
    refused = login_by_link(request, user, token)
    return refused or redirect("start")
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from otpguard.core.password_reset import ResetNeed, opens_link
from otpguard.flows.password_reset.login_link import enter_by_link
from otpguard.http import pages
from otpguard.http.login import mark_by_link
from otpguard.web.password_reset.place import enter_login_link, leave_reset
from otpguard.web.password_reset.steps import administrator_page


def login_by_link(
    request: HttpRequest,
    user: Any,  # noqa: ANN401 (the host's own user model)
    token: str,
    *,
    backend: str | None = None,
) -> HttpResponse | None:
    """Log `user` in by a link that the project has mailed and found to count, or say what is
    missing.

    Returns None once they are logged in; use the link up then, and only then. Else the response to
    give: the page that asks for a factor, which leads back to this very URL, or one that refuses.
    `token` is what makes the link: a proof serves for it, this browser and this person alone.
    `backend` is as for Django's `login`. Raises StoreUnavailable.
    """
    place = enter_login_link(request, user, token)
    need = enter_by_link(facts=place.facts)
    if need is ResetNeed.PROOF:
        return pages.hardened(request, redirect(reverse("otpguard:reset")))
    if not opens_link(need):
        return administrator_page(request, place)
    leave_reset(request)
    mark_by_link(request)
    login(request, user, backend=backend)
    return None
