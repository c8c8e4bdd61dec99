"""Who may open the pages for administrators, and what all of them show."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.decision import Reason
from otpguard.core.facts import RequestFacts
from otpguard.http.refusal import SeeOther
from otpguard.labels import DOMAIN_SEEN, REASONS, Text
from otpguard.models import Tenant
from otpguard.tenants.appearance import look_of
from otpguard.tenants.directory import directory
from otpguard.web.security.own_pages import View, leads_team, not_found, own_page, refused

SAID: dict[str, Text] = {
    "approved": _("Approved. It is done."),
    "counted": _("Your approval counts. Somebody else has to approve it as well."),
    "refused": _("Refused. Nothing has changed."),
    "lifted": _("The hold was lifted."),
    "asked": _("Another administrator has to approve this. Nothing has changed yet."),
    "stays_open": _("Your organization stays open"),
    "over": _("This hold has already ended."),
    "open": _("Emergency access is open."),
    "second": _("Your code was accepted. Somebody else must enter another code within an hour."),
    "key_deleted": _("The key was deleted."),
    "closed": _("Emergency access has ended."),
    "saved": _("Saved. It counts from now on."),
    "reminded": _("A reminder is on its way."),
    "reminded_before": _("A reminder was sent within the last 24 hours. None was sent again."),
    "reset": _("The ways of confirming were reset."),
    "token_ended": _("The token has ended. It opens nothing any more."),
    "nothing_waits": _("No removal waits any more."),
    "removed": _("The removals were let through."),
    "kept": _("The removals were refused. Everybody stays a member."),
    "role_set": _("The role was set."),
    "sign_in_added": _("It is set up. Copy the values below to your service, then test it."),
    "sign_in_changed": _("Saved. What counted until now has ended: people confirm again."),
    "sign_in_on": _("The sign-in is on."),
    "sign_in_off": _("The sign-in is off. It opens no login while it is off."),
    "sign_in_removed": _("The sign-in was removed."),
    "domain_added": _("The domain was added. Publish its record, then look for it."),
    "domain_removed": _("The domain was removed."),
    "domain_wait": _("Wait a few seconds and try again."),
    **{f"domain_{seen}": text for seen, text in DOMAIN_SEEN.items()},
    "captures": _("The next sign-in of somebody who has linked theirs is shown on this page."),
    "reached": _("Your service answers, and its metadata can be used."),
    "stream_added": _("The stream is set up. Send a test event to see whether it arrives."),
    "stream_tested": _("The test event is on its way. It arrives within seconds."),
    "stream_paused": _("The stream is paused. No event is lost; they wait in the log."),
    "stream_resumed": _("The stream goes on where it was paused."),
    "stream_replayed": _("The refused events are sent again, each by itself."),
    "stream_removed": _("The stream was removed. The log keeps its events."),
    "moved": _("Somebody has changed this meanwhile. Look at it again; nothing has changed."),
    "not_changed": _("This cannot be changed here. Nothing has changed."),
}
"""The messages of these pages, by the word in the URL; other words show nothing."""

UNDONE = frozenset(
    {
        "asked",
        "over",
        "reminded_before",
        "domain_wait",
        "domain_missing",
        "domain_unanswered",
        "domain_taken",
        "moved",
        "not_changed",
    }
)
"""Those after which nothing is done: they are not shown in the colors of success."""


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


def only_where(is_there: Callable[[], bool]) -> Callable[[View], View]:
    """Wrap a view inside `team_page`: 404 on a site that does not have what the page is about."""

    def wrapped(view: View) -> View:
        @wraps(view)
        def inner(request: HttpRequest, facts: RequestFacts, **kwargs: Any) -> HttpResponse:  # noqa: ANN401 (of the URL)
            return view(request, facts, **kwargs) if is_there() else not_found(request)

        return inner

    return wrapped


def show(
    request: HttpRequest, name: str, *, status: int = 200, error: str = "", **context: object
) -> HttpResponse:
    """One of these pages: `team/<name>.html`, with what `?done=` says. `here` is the page that the
    navigation marks, the page itself unless it is given."""
    word = request.GET.get("done", "")
    done = "" if error else SAID.get(word, "")
    look = look_of(directory().tenant_for(request))
    shared = {
        "brand": look.brand,
        "logo": look.logo,
        "here": name,
        "done": done,
        "undone": word in UNDONE,
        "error": error,
        "support_url": settings().support_url,
    }
    page = f"otpguard/team/{name}.html"
    return render(request, page, {**shared, **context}, status=status)


def on_to(url: str, done: str) -> HttpResponse:
    """To a page, which says `done`, a key of SAID."""
    return SeeOther(f"{url}?done={done}")
