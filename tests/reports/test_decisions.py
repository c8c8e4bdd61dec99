"""Recorded decisions are read as values, one chunk after another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.core.pumping.verdict import Action
from otpguard.models import PumpingDecision
from otpguard.reports.decisions import decisions_between, past_decisions
from tests.flows.purge.rows import key
from tests.models.rows import anonymous, pumping_decision

pytestmark = pytest.mark.django_db(transaction=True)
NUMBER = "+12015550123"


def test_what_came_of_a_send_is_read_from_its_challenge() -> None:
    proven, open_one = anonymous(NUMBER, state="verified"), anonymous(NUMBER, browser="c")
    gone = anonymous(NUMBER, browser="d")
    for each in (proven, open_one, gone):
        pumping_decision(challenge=each, action="send", layer="", reason="", price_micros=8_800)
    pumping_decision(repeats=4)
    gone.delete()
    found = list(past_decisions(PumpingDecision.objects.all()))
    assert sorted(str(each.proven) for each in found) == ["False", "False", "None", "True"]
    [refused] = [each for each in found if each.action is not Action.SEND]
    assert (refused.times, refused.signals[0].reason) == (4, "prefix")


def test_a_range_has_its_first_moment_and_not_its_last() -> None:
    now = timezone.now()
    for hours in (3, 2, 1):
        at = now - timedelta(hours=hours)
        pumping_decision(id=key(at), at=at)
    rows = decisions_between(
        now - timedelta(hours=2, seconds=1), now - timedelta(hours=1, seconds=1)
    )
    assert rows.count() == 1


def test_all_of_them_are_one_statement() -> None:
    for _ in range(5):
        pumping_decision()
    with CaptureQueriesContext(connection) as statements:
        assert len(list(past_decisions(PumpingDecision.objects.all()))) == 5
    assert len(statements) <= 1
