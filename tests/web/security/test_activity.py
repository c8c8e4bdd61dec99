"""Recent activity: the newest events that befell somebody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.base import Event
from otpguard.core.events.challenge import ChallengeSent
from otpguard.core.events.factor import FactorRenamed
from otpguard.core.events.session import SessionStarted
from otpguard.core.facts import RequestFacts
from otpguard.models import Event as Row
from otpguard.web.security.activity import SHOWN, ActivityLine, activity_lines
from tests import factories

pytestmark = pytest.mark.django_db

RENAMED = FactorRenamed(factor="f")
STARTED = SessionStarted(backend="b", primary="password")


@pytest.fixture
def facts() -> RequestFacts:
    member = factories.member(factories.tenant())
    return factories.facts(member.user, member.tenant)


def happened(facts: RequestFacts, event: Event = RENAMED, **known: Any) -> None:
    record(event, Circumstances.of(facts, **known))


def test_an_event_is_named_with_its_time_device_and_ip(facts: RequestFacts) -> None:
    happened(facts, checkpoint="api_key")
    (line,) = activity_lines(facts)
    assert line == ActivityLine(
        what=line.what,
        about=line.about,
        at=line.at,
        device="Firefox on Linux",
        client_ip="203.0.113.7",
        by_other=False,
    )
    assert (str(line.what), str(line.about)) == (
        "A way to confirm was renamed",
        "Create or rotate an API key",
    )
    assert abs(line.at - facts.now) < timedelta(milliseconds=1)


def test_the_newest_come_first_and_no_more_than_twenty(facts: RequestFacts) -> None:
    for minutes in range(SHOWN + 2):
        happened(facts, now=facts.now + timedelta(minutes=minutes))
    lines = activity_lines(facts)
    assert len(lines) == SHOWN
    assert lines[0].at > lines[-1].at


def test_what_happened_in_ones_other_tenants_and_outside_is_there(
    facts: RequestFacts,
) -> None:
    other = factories.member(factories.tenant())
    happened(facts, STARTED, tenant="")
    happened(facts, tenant=str(other.tenant.pk))
    assert len(activity_lines(facts)) == 1  # not a member there
    other.user_id = int(facts.user)
    other.save()
    assert len(activity_lines(facts)) == 2


def test_what_others_did_is_marked_and_what_befell_others_is_not_there(
    facts: RequestFacts,
) -> None:
    stranger = str(factories.user().pk)
    happened(facts, subject=stranger)
    happened(facts, actor=stranger)
    (line,) = activity_lines(facts)
    assert line.by_other
    assert (line.device, line.client_ip) == ("", ""), "those of the other person"


def test_where_nobody_was_logged_in_the_device_and_ip_are_shown(facts: RequestFacts) -> None:
    happened(facts, actor="")
    (line,) = activity_lines(facts)
    assert line.by_other
    assert (line.device, line.client_ip) == ("Firefox on Linux", "203.0.113.7")


def test_how_messages_travelled_is_left_out(facts: RequestFacts) -> None:
    happened(facts, ChallengeSent(channel="sms", provider="memory", step=0))
    assert activity_lines(facts) == []


def test_a_row_that_cannot_be_read_hides_no_other(facts: RequestFacts) -> None:
    happened(facts)
    Row.objects.update(body="{}")
    (line,) = activity_lines(facts)
    assert (line.device, line.client_ip) == ("", "")
