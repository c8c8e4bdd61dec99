"""Who may open the pages for administrators, and what all of them show."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.decision import Reason
from otpguard.core.facts import RequestFacts
from otpguard.http.refusal import SeeOther
from otpguard.labels import REASONS, Text
from otpguard.models import Tenant
from otpguard.tenants.appearance import look_of
from otpguard.tenants.directory import directory
from otpguard.web.security.own_pages import View, leads_team, own_page, refused

SAID: dict[str, Text] = {
    "approved": _("Approved. It is done."),
    "counted": _("Your approval counts. Somebody else has to approve it as well."),
    "refused": _("Refused. Nothing has changed."),
    "lifted": _("The hold was lifted."),
    "asked": _("Another administrator has to approve this. Nothing has changed yet."),
    "stays_open": _("Your organization stays open"),
    "over": _("This hold has already ended."),
    "open": _("Emergency access is open."),
    "second": _("The code counts. Somebody else must enter another code within an hour."),
    "key_deleted": _("The key was deleted."),
    "closed": _("Emergency access has ended."),
    "saved": _("Saved. It counts from now on."),
    "reminded": _("A reminder is on its way."),
    "reminded_before": _("A reminder was sent within the last 24 hours. None was sent again."),
    "reset": _("The ways of confirming were reset."),
}
"""The messages of these pages, by the word in the URL; other words show nothing."""


def team_page(view: View) -> View:
    """Wrap a view `(request, facts, **kwargs)` for active administrators of the request's tenant;
    403 for everybody else, and while the tenant is suspended. 503 while the store is away."""

    @wraps(view)
    def inner(request: HttpRequest, facts: RequestFacts, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 (of the URL)
        if not leads_team(facts):
            message = _("This page is for the administrators of an organization.")
            return refused(request, message, status=403)
        if not Tenant.objects.filter(pk=facts.tenant, status=Tenant.Status.ACTIVE).exists():
            return refused(request, REASONS[Reason.TENANT_INACTIVE], status=403)
        return view(request, facts, **kwargs)

    return own_page(inner)


def show(
    request: HttpRequest, name: str, *, status: int = 200, error: str = "", **context: object
) -> HttpResponse:
    """One of these pages: `team/<name>.html`, with what `?done=` says. `here` is the page that the
    navigation marks, the page itself unless it is given."""
    done = "" if error else SAID.get(request.GET.get("done", ""), "")
    look = look_of(directory().tenant_for(request))
    shared = {
        "brand": look.brand,
        "logo": look.logo,
        "here": name,
        "done": done,
        "error": error,
        "support_url": settings().support_url,
    }
    page = f"otpguard/team/{name}.html"
    return render(request, page, {**shared, **context}, status=status)


def on_to(url: str, done: str) -> HttpResponse:
    """To a page, which says `done`, a key of SAID."""
    return SeeOther(f"{url}?done={done}")
