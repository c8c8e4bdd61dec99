"""A challenge is opened with its caps, its message and its event, or refused with nothing left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from otpguard.audit.subjects import subjects_of
from otpguard.core.assurance import Channel
from otpguard.core.limits import CEILING, Lane
from otpguard.core.phone import country_of
from otpguard.core.reasons import StartReason
from otpguard.core.route import Route
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.open import open_challenge
from otpguard.flows.challenge.start_reading import read_for_start
from otpguard.flows.checkpoint.step_up_options import step_up_options
from otpguard.models import Challenge, Delivery, Event, FactorLane, LoginSession, Usage
from tests import factories
from tests.flows.setting import Stopped, stopped
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db(transaction=True)

ROUTES = (
    Route(channel=Channel.SMS, provider="memory"),
    Route(channel=Channel.EMAIL, provider="memory"),
)


@pytest.fixture
def who() -> Stopped:
    return stopped()


def opened(who: Stopped, **known: Any) -> Challenge:
    """Open one for their phone by two routes."""
    known.setdefault("routes", ROUTES)
    known.setdefault("factor", who.factor)
    return open_challenge(
        facts=who.facts,
        ask=who.ask,
        policy=step_up_options(who.facts, who.ask).policy,
        tenant=who.member.tenant,
        **known,
    )


def read(who: Stopped) -> Any:
    return read_for_start(who.facts)


def nothing_is_left() -> bool:
    tables = (Challenge, Delivery, Usage, Event)
    return not any(model._default_manager.exists() for model in tables)


def test_its_row_its_message_its_caps_and_its_event_belong_together(who: Stopped) -> None:
    challenge = opened(who, kept="kept", language="de")
    row = Challenge.objects.get(pk=challenge.pk)
    assert (row.state, row.language, row.factor) == ("open", "de", who.factor)
    assert row.ceremony.reveal() == "kept"
    assert row.destination.reveal() == who.factor.secret.reveal()
    assert Delivery.objects.get().challenge == row
    assert set(Usage.objects.values_list("challenge", flat=True)) == {row.pk}
    assert Event.objects.get().kind == "challenge.started"


def test_the_plan_names_the_country_of_the_number_and_none_for_email(who: Stopped) -> None:
    plan = opened(who).plan
    country = country_of(who.factor.secret.reveal())
    found = [(step["channel"], step["country"]) for step in plan]
    assert found == [("sms", country), ("email", "")]


@pytest.mark.parametrize("with_reading", [True, False])
@pytest.mark.parametrize("failures", [CEILING[Lane.OPEN], 6])
def test_a_lane_that_takes_nothing_starts_nothing(
    who: Stopped, failures: int, with_reading: bool
) -> None:
    FactorLane.objects.create(
        factor=who.factor,
        lane="open",
        failures=failures,
        last_failure_at=who.facts.now,
        not_before=who.facts.now + timedelta(seconds=30),
    )
    with pytest.raises(StartRefused) as refused:
        opened(who, read=read(who) if with_reading else None)
    closed = failures == CEILING[Lane.OPEN]
    assert refused.value.reason is (StartReason.FACTOR_LOCKED if closed else StartReason.WAIT)
    assert refused.value.retry_after == (0 if closed else 30)
    assert not Challenge.objects.exists()


REVOKED: dict[str, Callable[[Stopped], Any]] = {
    "the session": lambda who: LoginSession.objects.update(ended_at=who.facts.now),
    "the factor": lambda who: factories.age(who.factor, disabled_at=who.facts.now),
}


@pytest.mark.parametrize("what", REVOKED)
def test_what_was_revoked_since_it_was_read_starts_nothing(who: Stopped, what: str) -> None:
    before = read(who)
    factor = before.factor(str(who.factor.pk))
    policy = step_up_options(who.facts, who.ask).policy
    REVOKED[what](who)
    with pytest.raises(StartRefused, match="revoked"):
        open_challenge(
            facts=who.facts,
            ask=who.ask,
            factor=factor,
            policy=policy,
            tenant=before.tenant,
            routes=ROUTES,
            read=before,
        )
    assert nothing_is_left()


def test_a_full_cap_says_when_there_is_room_and_leaves_nothing(who: Stopped) -> None:
    for index in range(20):
        who.ask = replace(who.ask, intent=f"{index:064d}")
        opened(who, factor=factories.totp_factor(who.member.user), routes=())
    counted = Usage.objects.count()
    who.ask = replace(who.ask, intent="z" * 64)
    with pytest.raises(StartRefused) as refused:
        opened(who)
    assert refused.value.retry_after == 3600
    assert Usage.objects.count() == counted
    assert Challenge.objects.count() == 20


def test_the_older_one_of_the_same_action_ends_with_an_event(who: Stopped) -> None:
    first, second = opened(who), opened(who)
    first.refresh_from_db()
    assert (first.state, Challenge.objects.get(pk=second.pk).state) == ("canceled", "open")
    assert [row.kind for row in Event.objects.order_by("id")] == [
        "challenge.started",
        "challenge.canceled",
        "challenge.started",
    ]


@postgres_only
def test_on_postgresql_it_is_locks_and_one_statement(
    who: Stopped, django_assert_num_queries: Any
) -> None:
    """Begin, locks of person and tenant, locks of caps, all else, commit. The key of the person's
    events is at hand, as it is for a minute after each of them."""
    subjects_of([who.facts.user])
    found, policy = read(who), step_up_options(who.facts, who.ask).policy
    with django_assert_num_queries(5) as captured:
        open_challenge(
            facts=who.facts,
            ask=who.ask,
            factor=who.factor,
            policy=policy,
            tenant=who.member.tenant,
            routes=ROUTES,
            read=found,
        )
    said = [query["sql"].strip() for query in captured.captured_queries]
    assert said[1].endswith("FOR SHARE")
    assert "pg_advisory_xact_lock" in said[2]
    assert said[3].startswith("WITH seen")
    assert "pg_advisory" not in said[3], "its snapshot would be older than the locks"


@pytest.mark.parametrize("proof", [True, False])
def test_a_guarded_start_needs_a_proof_that_is_still_there(who: Stopped, proof: bool) -> None:
    policy = step_up_options(who.facts, who.ask).policy
    new = factories.phone_factor(who.member.user, confirmed=False)

    def start() -> Challenge:
        return open_challenge(
            facts=who.facts,
            ask=who.ask,
            factor=new,
            policy=policy,
            tenant=who.member.tenant,
            routes=ROUTES,
            guarded=True,
        )

    if proof:
        factories.grant(who.member.user, who.member.tenant, sid=who.facts.sid)
        assert start().enrolls
        return
    with pytest.raises(StartRefused, match="revoked"):
        start()
    assert nothing_is_left()
