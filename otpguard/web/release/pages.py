"""The pages on which people follow their exports, fetch them and cancel them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from otpguard.account import name_of
from otpguard.conf import settings
from otpguard.core.facts import RequestFacts
from otpguard.core.release.terms import UNFINISHED, ReleaseState
from otpguard.exceptions import NotAllowed
from otpguard.flows.release.cancel import cancel_release
from otpguard.flows.release.download import download_token
from otpguard.http.refusal import SeeOther
from otpguard.labels import Text
from otpguard.models import Release
from otpguard.tenants.administrators import administrators_of
from otpguard.web.security.own_pages import leads_team, own_page, refused

SHOWN = 50
LOOK_AGAIN_SECONDS = 3

REASONS: dict[str, Text] = {
    "job": _("Its data could not be read."),
    "storage": _("Its file could not be kept."),
    "worker": _("It could not be finished in time."),
    "role": _("The role of the person who asked for it has changed."),
    "approval": _("The other administrators did not approve it."),
    "link": _("It was canceled by the link of a notice."),
}
"""Why a release ended, for the people who asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLine:
    """One release as a page shows it. `waits` is how many seconds are left of its hold, `file_url`
    is empty where the reader may not fetch it now or later."""

    row: Release
    label: str
    who: str
    mine: bool
    state: Text
    unfinished: bool
    waits: int
    ready: bool
    live: bool
    why: Text
    file_url: str


def visible(facts: RequestFacts) -> QuerySet[Release]:
    """What somebody may see in the tenant they have selected: their own, and an administrator
    everybody's. Nothing outside a tenant."""
    if not facts.tenant or not facts.user:
        return Release.objects.none()
    rows = Release.objects.filter(Q(tenant=facts.tenant)).select_related("user", "tenant")
    key = UUID(facts.tenant)
    return rows if facts.user in administrators_of(key) else rows.filter(user_id=facts.user)


def line_of(row: Release, facts: RequestFacts) -> ReleaseLine:
    """A release in words, for the person who looks."""
    state = ReleaseState(row.state)
    mine = facts.user == str(row.user_id)
    ready = state is ReleaseState.READY and _before(facts.now, row.expires_at)
    waits = 0
    if row.opens_at is not None and ready:
        waits = max(0, int((row.opens_at - facts.now).total_seconds()) + 1)
        waits = 0 if row.opens_at <= facts.now else waits
    may = mine and ready and row.downloads_left > 0
    token = download_token(release=row, user=facts.user) if may else ""
    job = settings().releases.jobs.get(row.job)
    return ReleaseLine(
        row=row,
        label=str(job.label) if job else row.job,
        who=name_of(row.user),
        mine=mine,
        state=row.get_state_display(),
        unfinished=state in UNFINISHED,
        waits=waits,
        ready=ready and not waits,
        live=state in UNFINISHED or ready,
        why=REASONS.get(row.reason, ""),
        file_url=reverse("otpguard:release-file", args=[token]) if may else "",
    )


@own_page
@require_safe
def releases(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The exports of the tenant that the reader may see, the newest first."""
    rows = visible(facts).order_by("-created_at", "-id")[:SHOWN]
    context = {
        "lines": [line_of(row, facts) for row in rows],
        "here": "releases",
        "leads_team": leads_team(facts),
        "support_url": settings().support_url,
    }
    return render(request, "otpguard/release/list.html", context)


@own_page
@require_safe
def release(request: HttpRequest, facts: RequestFacts, release_id: UUID) -> HttpResponse:
    """One export: progress, the time left, the link to the file, the button that cancels."""
    row = visible(facts).filter(pk=release_id).first()
    if row is None:
        return _none(request)
    line = line_of(row, facts)
    context = {"line": line, "support_url": settings().support_url}
    page = render(request, "otpguard/release/one.html", context)
    if line.unfinished or line.waits:
        # A wait ends by itself, and the page then says so.
        page["Refresh"] = str(LOOK_AGAIN_SECONDS if line.unfinished else line.waits)
    return page


@own_page
@require_POST
def cancel(request: HttpRequest, facts: RequestFacts, release_id: UUID) -> HttpResponse:
    """Cancel by the button of the page. A second press changes nothing."""
    row = visible(facts).filter(pk=release_id).first()
    if row is None:
        return _none(request)
    try:
        cancel_release(facts=facts, release=row)
    except NotAllowed as bad:
        return refused(request, bad.message, status=403)
    return SeeOther(reverse("otpguard:release", args=[row.pk]))


def _none(request: HttpRequest) -> HttpResponse:
    text = _("There is no such export in this organization, or it is somebody else's.")
    return refused(request, text, status=404)


def _before(now: datetime, end: datetime | None) -> bool:
    return end is not None and now < end
