"""Browsers that have opened a link in an e-mail: find the mark, note that a number was proven."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from otpguard.core.challenge import ChallengeState
from otpguard.core.facts import RequestFacts
from otpguard.core.pumping.attempt import SpendLane
from otpguard.core.pumping.email_first import FREEMAIL, SEEN_AFTER
from otpguard.models import Challenge, MailedBrowser


def mark_of(facts: RequestFacts) -> MailedBrowser | None:
    """The newest mark of this browser in this tenant; None without one. One read, none without a
    browser. Raises DatabaseError."""
    marks = MailedBrowser.objects.marking(browser=facts.browser, tenant=facts.tenant, now=facts.now)
    return marks.order_by("-opened_at").first()


def has_proven(facts: RequestFacts) -> bool:
    """Whether this browser has proven a number in this tenant. One read, none without a browser.
    Raises DatabaseError."""
    where = Q(tenant_id=facts.tenant) if facts.tenant else Q(tenant=None)
    proven = Challenge.objects.exclude(browser="").filter(
        where, browser=facts.browser, state=ChallengeState.VERIFIED.value
    )
    return bool(facts.browser) and proven.exists()


def is_seen(domain: str, *, now: datetime) -> bool:
    """Whether many people have their mailbox at a domain, or somebody has proven a number through
    it before. One read at most. Raises DatabaseError."""
    if domain in FREEMAIL:
        return True
    return MailedBrowser.objects.filter(domain=domain, proven_at__lt=now - SEEN_AFTER).exists()


def note_proven(challenge: Challenge, *, now: datetime) -> None:
    """A number was proven: note it at the link that its browser has opened, if that is why it was
    sent a code. Joins the caller's transaction. Raises DatabaseError."""
    if challenge.spend_lane != SpendLane.MAILED:
        return
    marks = MailedBrowser.objects.marking(
        browser=challenge.browser, tenant=str(challenge.tenant_id or ""), now=challenge.created_at
    )
    marks.filter(proven_at=None).update(proven_at=now)
