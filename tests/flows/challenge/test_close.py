"""A challenge can be given up, or repudiated: then what the session proved ends with it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from otpguard.core.challenge import ChallengeState
from otpguard.core.reasons import AnswerReason
from otpguard.exceptions import NotAllowed, StartRefused
from otpguard.flows.challenge.answer import Rejected
from otpguard.flows.challenge.close import cancel_challenge, repudiate_challenge
from otpguard.flows.challenge.start import start_challenge
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
    assert cancel_challenge(facts=who.facts, challenge=challenge, reason="by the person")
    assert who.answer(challenge, code) == Rejected(reason=AnswerReason.CANCELED)
    assert not cancel_challenge(facts=who.facts, challenge=challenge, reason="twice")
    assert Event.objects.filter(kind="challenge.canceled").count() == 1


def test_nobody_of_another_tenant_cancels_a_challenge_and_an_operator_of_its_own_does(
    who: Stopped, challenge: Challenge
) -> None:
    elsewhere = factories.facts(factories.user(is_staff=True), factories.tenant())
    with pytest.raises(NotAllowed, match="another organization"):
        cancel_challenge(facts=elsewhere, challenge=challenge, reason="by mistake")
    challenge.refresh_from_db()
    assert challenge.state == ChallengeState.OPEN
    here = factories.facts(factories.user(is_staff=True), who.member.tenant)
    assert cancel_challenge(facts=here, challenge=challenge, reason="asked for on the phone")


def test_without_a_tenant_a_challenge_is_the_persons_own_to_cancel(
    who: Stopped, challenge: Challenge
) -> None:
    Challenge.objects.filter(pk=challenge.pk).update(tenant=None)
    challenge.refresh_from_db()
    with pytest.raises(NotAllowed, match="belongs to the person"):
        cancel_challenge(facts=factories.facts(factories.user()), challenge=challenge, reason="no")
    assert cancel_challenge(facts=who.facts, challenge=challenge, reason="by the person")


def test_repudiating_a_code_ends_what_the_asking_session_proved(
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
        assert repudiate_challenge(facts=elsewhere, challenge_id=challenge.pk)
    finally:
        challenge_repudiated.disconnect(listen)
    challenge.refresh_from_db()
    assert challenge.state == "repudiated"
    assert list(Grant.objects.filter(revoked_at=None)) == [kept]
    assert LoginSession.objects.get(pk=who.facts.sid).ended_at is not None
    assert heard == ["billing_change"]
    assert not repudiate_challenge(facts=elsewhere, challenge_id=challenge.pk), "once is enough"


def test_a_repudiated_session_proves_nothing_more_until_a_new_login(
    who: Stopped, challenge: Challenge
) -> None:
    second = start_challenge(
        facts=who.facts, ask=replace(who.ask, intent="j" * 64), factor_id=str(who.factor.pk)
    )
    code = sent_code(second)
    repudiate_challenge(facts=who.facts, challenge_id=challenge.pk)
    assert who.answer(second, code) == Rejected(reason=AnswerReason.CANCELED)
    with pytest.raises(StartRefused, match="session_ended"):
        who.start()


def test_somebody_else_cannot_repudiate_it(who: Stopped, challenge: Challenge) -> None:
    stranger = replace(who.facts, user=str(factories.user().pk))
    assert not repudiate_challenge(facts=stranger, challenge_id=challenge.pk)
    assert not repudiate_challenge(facts=replace(who.facts, user=""), challenge_id=challenge.pk)
    challenge.refresh_from_db()
    assert challenge.state == "open"
