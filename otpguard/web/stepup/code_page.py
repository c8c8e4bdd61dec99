"""The page where a code is entered, as a response: the same for people and for visitors without an
account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from otpguard.core.clock import is_ahead
from otpguard.core.logo import UNNAMED, TenantLook
from otpguard.core.progress import Stage
from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.answer import Rejected
from otpguard.flows.challenge.ask_columns import ask_of
from otpguard.http import challenge_token, pages
from otpguard.http.return_path import safe_path
from otpguard.models import Challenge
from otpguard.web import messages
from otpguard.web.stepup import context
from otpguard.web.stepup.pages import page_of

STUCK_AFTER = 10
"""After so many seconds without progress in the sending the page offers another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeUrls:
    """Where the buttons of the page lead; `repudiate` is empty where there is no such page."""

    code: str
    again: str
    cancel: str
    proceed: str
    repudiate: str = ""


def urls_of(challenge_id: UUID) -> ChallengeUrls:
    """Those of somebody who is logged in."""
    return ChallengeUrls(
        code=reverse("otpguard:code", args=[challenge_id]),
        again=reverse("otpguard:again", args=[challenge_id]),
        cancel=reverse("otpguard:cancel", args=[challenge_id]),
        proceed=reverse("otpguard:continue", args=[challenge_id]),
        repudiate=reverse("otpguard:repudiate", args=[challenge_id]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PagePlace:
    """What surrounds the page: its URLs, where another way is chosen, how the tenant
    looks, and whether somebody adds a factor by choice."""

    urls: ChallengeUrls
    other_ways_url: str
    number_url: str = ""
    """Where a number that was just typed is typed again; empty for any other challenge."""
    look: TenantLook = UNNAMED
    by_choice: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageNotes:
    """What went wrong with an answer or with sending again, and the status that says so."""

    error: str = ""
    wait: messages.Waiting | None = None
    again_error: str = ""
    again_wait: messages.Waiting | None = None
    status: int = 200


NO_NOTES = PageNotes()


def notes_of_rejected(answered: Rejected, *, now: datetime) -> PageNotes:
    """The notes about an answer that does not count."""
    return PageNotes(
        error=messages.rejected(answered),
        wait=messages.Waiting.of(answered.retry_after, now=now),
        status=429 if answered.retry_after else 400,
    )


def notes_of_resend(refused: StartRefused, *, now: datetime) -> PageNotes:
    """The notes about a code that is not sent again."""
    for_all = refused.reason is not StartReason.TOO_EARLY
    return PageNotes(
        again_error=messages.start_refused(refused.reason),
        again_wait=messages.Waiting.of(refused.retry_after, now=now, for_all=for_all),
        status=429,
    )


def code_page(
    request: HttpRequest,
    challenge: Challenge,
    *,
    place: PagePlace,
    notes: PageNotes,
    now: datetime,
) -> HttpResponse:
    """The page of a challenge, open or closed. The caller has checked whose it is."""
    live = context.status(challenge, now=now)
    expired = challenge.expires_at <= now or is_ahead(challenge.created_at, now)
    shown = page_of(challenge)
    response = render(
        request,
        shown.template,
        {
            **shown.details(challenge),
            **context.frame_of(ask_of(challenge), look=place.look),
            "challenge": challenge.pk,
            "form": shown.form(),
            "error": notes.error,
            "again_error": notes.again_error,
            "wait": notes.wait,
            "again_wait": notes.again_wait,
            "by_choice": place.by_choice,
            "urls": place.urls,
            "enrolls": challenge.enrolls,
            "other_ways_url": place.other_ways_url,
            "number_url": place.number_url,
            **_patience(live, challenge, now),
            "status": live,
            "open": live["open"] and not expired,
            "expired": expired,
            "attempts_left": challenge.max_attempts - challenge.attempts,
            "poll_url": reverse("otpguard:status", args=[challenge_token.encrypt(challenge.pk)]),
            "back_url": safe_path(request, challenge.next),
            "expires_at": challenge.expires_at,
        },
        status=notes.status,
    )
    return pages.hardened(request, response)


def _patience(live: dict[str, Any], challenge: Challenge, now: datetime) -> dict[str, Any]:
    """For how many seconds the current message has not left, and whether that is too long."""
    waiting = live["state"] in {Stage.PREPARING, Stage.SENDING}
    waited = max(0, int((now - challenge.last_sent_at).total_seconds())) if waiting else 0
    return {"waiting": waiting, "waited": waited, "stuck": waiting and waited >= STUCK_AFTER}
