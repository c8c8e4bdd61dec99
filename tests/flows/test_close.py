"""A challenge can be given up, or disowned: then what the session proved ends with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from otpguard.exceptions import StartRefused
from otpguard.flows.answer import Rejected
from otpguard.flows.close import cancel, repudiate
from otpguard.flows.start import start
from otpguard.models import Challenge, Event, Grant, LoginSession
from otpguard.signals import challenge_repudiated
from tests import factories
from tests.flows.setting import Stopped, sent_code, stopped

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def who() -> Stopped:
    return stopped()


@pytest.fixture
def challenge(who: Stopped) -> Challenge:
    return who.start()


def test_a_canceled_challenge_takes_no_answer(who: Stopped, challenge: Challenge) -> None:
    code = sent_code(challenge)
    assert cancel(facts=who.facts, challenge=challenge, reason="by the person")
    assert who.answer(challenge, code) == Rejected(reason="canceled")
    assert not cancel(facts=who.facts, challenge=challenge, reason="twice")
    assert Event.objects.filter(kind="challenge.canceled").count() == 1


def test_disowning_a_code_ends_what_the_asking_session_proved(
    who: Stopped, challenge: Challenge
) -> None:
    factories.grant(who.member.user, who.member.tenant, sid=who.facts.sid)
    kept = factories.grant(who.member.user, who.member.tenant, sid="the owner's own session")
    heard: list[Any] = []

    def listen(**told: Any) -> None:
        heard.append(told["checkpoint"])

    challenge_repudiated.connect(listen)
    try:
        elsewhere = replace(who.facts, sid="the owner's own session")
        assert repudiate(facts=elsewhere, challenge_id=challenge.pk)
    finally:
        challenge_repudiated.disconnect(listen)
    challenge.refresh_from_db()
    assert challenge.state == "reported"
    assert list(Grant.objects.filter(revoked_at=None)) == [kept]
    assert LoginSession.objects.get(pk=who.facts.sid).ended_at is not None
    assert heard == ["billing_change"]
    assert not repudiate(facts=elsewhere, challenge_id=challenge.pk), "once is enough"


def test_a_disowned_session_proves_nothing_more_until_a_new_login(
    who: Stopped, challenge: Challenge
) -> None:
    second = start(
        facts=who.facts, ask=replace(who.ask, intent="j" * 64), factor_id=str(who.factor.pk)
    )
    code = sent_code(second)
    repudiate(facts=who.facts, challenge_id=challenge.pk)
    assert who.answer(second, code) == Rejected(reason="canceled")
    with pytest.raises(StartRefused, match="session_ended"):
        who.start()


def test_somebody_else_cannot_disown_it(who: Stopped, challenge: Challenge) -> None:
    stranger = replace(who.facts, user=str(factories.user().pk))
    assert not repudiate(facts=stranger, challenge_id=challenge.pk)
    assert not repudiate(facts=replace(who.facts, user=""), challenge_id=challenge.pk)
    challenge.refresh_from_db()
    assert challenge.state == "open"
