"""The terms are whole days, and none is shorter than what may still count."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from otpguard.core.limits import LONGEST_WINDOW, Cap, Lane, caps_for_send, caps_for_start
from otpguard.core.pumping.velocity import TABLE
from otpguard.flows.purge.terms import NOTHING, Counts, locked, record_purged, terms_of
from otpguard.models import Challenge, Event
from tests.flows.purge.rows import DAY, NOW, ended, phone, utc

AT = utc(2026, 5, 20, 13)


def test_rows_stay_for_ninety_days_and_go_by_whole_days(settings: Any) -> None:
    assert terms_of(AT).rows == utc(2026, 2, 19)
    settings.OTPGUARD = {"PURGE_AFTER_DAYS": 40}
    assert terms_of(AT).rows == utc(2026, 4, 10)
    assert terms_of(AT.replace(hour=23)) == terms_of(AT.replace(hour=1))


def test_no_proof_goes_before_the_mark_of_django_otp_has_ended(settings: Any) -> None:
    settings.OTPGUARD = {"SESSION_CEILING": 100 * 86_400}
    assert terms_of(AT).grants == utc(2026, 2, 9)
    assert terms_of(AT).rows == utc(2026, 2, 19)


def test_an_ended_login_stays_as_long_as_its_web_session_may(settings: Any) -> None:
    settings.SESSION_COOKIE_AGE = 120 * 86_400
    assert terms_of(AT).sessions == utc(2026, 1, 20)


def test_no_cap_looks_back_further_than_its_uses_are_kept() -> None:
    start = caps_for_start(
        sid="s",
        client_ip="203.0.113.7",
        factor="f",
        lane=Lane.OPEN,
        sends=True,
        strict=True,
        unreadable_ip_limit=60,
    )
    send = caps_for_send(challenge=uuid4(), tenant="t", channel="sms", tenant_limit=1, site_limit=1)
    caps: tuple[Cap, ...] = (*start, *send)
    table = max(row.window for row in TABLE.values())
    assert max(table, *(cap.window for cap in caps)) == LONGEST_WINDOW
    assert terms_of(AT).usage < AT - LONGEST_WINDOW


def test_counts_add_up() -> None:
    both = Counts(challenges=1, usage=2) + Counts(challenges=3, grants=4)
    assert both == Counts(challenges=4, usage=2, grants=4)


@pytest.mark.django_db
def test_a_batch_is_one_event_with_its_counts_and_nothing_is_none() -> None:
    record_purged(NOTHING, before=AT, now=AT)
    assert not Event.objects.exists()
    record_purged(Counts(challenges=3, deliveries=5), before=AT, now=AT + timedelta(hours=1))
    row = Event.objects.get()
    assert (row.kind, row.tenant_id, row.actor_ref) == ("rows.purged", None, "")
    data = json.loads(row.body)["data"]
    assert (data["challenges"], data["deliveries"], data["sessions"]) == (3, 5, 0)
    assert data["before"] == "2026-05-20T13:00:00+00:00"


@pytest.mark.django_db(transaction=True)
def test_at_most_so_many_rows_are_taken() -> None:
    for number in range(3):
        ended(phone(), at=NOW - number * DAY)
    rows = Challenge.objects.order_by("closed_at")
    with transaction.atomic():
        assert len(locked(rows, 2)) == 2
