"""The public test kit: what otpguard's own tests and those of host projects use.

Configure the memory provider in the test settings, then either drive the pages and read the code
with `send_queued` and `last_code`, or put the proof in place with `pass_step_up`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from otpguard.audit.recorder import is_genuine
from otpguard.channels import prices
from otpguard.channels.breaker import successes
from otpguard.channels.providers.memory import SENT
from otpguard.core.assurance import Method, MethodFacts, Primary
from otpguard.core.challenge import DeliveryState
from otpguard.core.evidence import facts_to_json
from otpguard.flows.answer import lately as answers
from otpguard.flows.deliver import deliver
from otpguard.flows.enrollment import lately as overdue
from otpguard.flows.notify import send_notice
from otpguard.flows.receipt import lately as receipts
from otpguard.flows.refuse import lately as refusals
from otpguard.flows.resume import lately as kept
from otpguard.flows.start import lately as starts
from otpguard.http.session import KEY
from otpguard.models import Delivery, Event, Grant, Notice
from otpguard.tenants import policies, rules
from otpguard.tenants.directory import SESSION_KEY

__all__ = [
    "captured_events",
    "forget_recent",
    "last_code",
    "pass_step_up",
    "send_notices",
    "send_queued",
    "story_of",
]


def pass_step_up(client: Client, *, method: Method = Method.SMS, intent: str = "") -> Grant:
    """Give the client's login session a fresh proof, as if a factor had just been proven.

    The client must be logged in (by `force_login` or the login page); the tenant is the one in
    its session. For a passkey the proof is device-bound and attested.
    """
    mark = client.session[KEY]
    passkey = method is Method.PASSKEY
    facts = MethodFacts(
        method=method,
        primary=Primary(mark["primary"]),
        user_verified=passkey,
        backup_eligible=not passkey,
        attested=passkey,
    )
    return Grant.objects.create(
        sid=mark["sid"],
        tenant_id=client.session.get(SESSION_KEY) or None,
        user_id=mark["user"],
        facts=facts_to_json(facts),
        story=uuid4(),
        verified_at=timezone.now(),
        intent=intent,
        uses_left=1 if intent else None,
    )


def send_queued() -> int:
    """Send every queued delivery in this process, fallbacks included; returns how many."""
    count = 0
    while True:
        queued = Delivery.objects.filter(state=DeliveryState.QUEUED.value).first()
        if queued is None:
            return count
        deliver(delivery_id=str(queued.pk), now=timezone.now())
        count += 1


def send_notices() -> int:
    """Try every notice that is due once, in this process; returns how many were tried."""
    now = timezone.now()
    queued = Notice.objects.filter(state=Notice.State.QUEUED).order_by("created_at")
    tried = [send_notice(notice_id=str(pk), now=now) for pk in queued.values_list("pk", flat=True)]
    return len([outcome for outcome in tried if outcome is not None])


def last_code() -> str:
    """The digits of the newest code of the memory provider. Raises IndexError for none."""
    return [message.code for message in SENT if message.code is not None][-1].digits


@contextmanager
def captured_events() -> Iterator[list[dict[str, Any]]]:
    """Collect the events written inside the block: a list of their bodies, filled at its end.

    Every row's MAC is checked on the way.
    """
    before = set(Event.objects.values_list("pk", flat=True))
    collected: list[dict[str, Any]] = []
    yield collected
    for row in Event.objects.exclude(pk__in=before).order_by("pk"):
        if not is_genuine(row):
            raise AssertionError(f"the MAC of {row.kind} does not fit")
        collected.append(json.loads(row.body))


def story_of(story: str) -> list[str]:
    """The codes of a story's events, the oldest first."""
    rows = Event.objects.filter(story=story).order_by("pk")
    return list(rows.values_list("kind", flat=True))


def forget_recent() -> None:
    """Forget policies, what was written lately and sent; call it between tests.

    A test that is rolled back takes policy versions along, which no process expects elsewhere.
    """
    policies.forget()
    rules.forget()
    prices.forget()
    for lately in (refusals, answers, starts, kept, overdue, receipts):
        lately.clear()
    successes.clear()
    SENT.clear()
