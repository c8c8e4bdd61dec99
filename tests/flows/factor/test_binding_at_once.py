"""Two who bind, confirm or remove at the same moment: one after the other, and no 500."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from otpguard.core.phone import parse_phone
from otpguard.exceptions import StartRefused
from otpguard.flows.challenge.answer import Rejected, Verified
from otpguard.flows.delivery.message import code_of
from otpguard.flows.factor.enroll import enroll_factor
from otpguard.flows.factor.recovery_codes import make_recovery_codes
from otpguard.flows.factor.remove import remove_own_factor
from otpguard.models import Challenge, Factor, RecoveryCode
from otpguard.testing.racing import race
from tests import factories
from tests.flows.setting import Stopped, stopped
from tests.pausing import every_meeting

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer"),
]

Act = Callable[[], Any]


def newcomer(number: int) -> Stopped:
    """Somebody with nothing enrolled, logged in a moment ago."""
    who = stopped()
    who.factor.delete()
    client_ip = f"198.18.{number // 250}.{number % 250 + 1}"
    who.facts = replace(who.facts, authenticated_at=timezone.now(), client_ip=client_ip)
    return who


def bind_number(who: Stopped, **changed: Any) -> Challenge:
    facts, ask = replace(who.facts, **changed), who.ask
    if "sid" in changed:
        ask = replace(ask, sid=changed["sid"])
    number = parse_phone(f"+1201{200 + who.member.user.pk % 700}0123", region="US")
    return enroll_factor(facts=facts, ask=ask, kind="phone", given={"number": number})


def bind_app(who: Stopped, *, sid: str = "", guarded: bool = False) -> Challenge:
    sid = sid or who.facts.sid
    facts, ask = replace(who.facts, sid=sid), replace(who.ask, sid=sid)
    if guarded:
        ask = replace(ask, checkpoint="factor_change")
    given = {"name": "App"}
    return enroll_factor(facts=facts, ask=ask, kind="totp", given=given, guarded=guarded)


def refused_or(act: Act) -> Act:
    """The same, with a refusal as its result: that is an answer, no failure."""

    def acting() -> Any:
        try:
            return act()
        except StartRefused as refused:
            return refused

    return acting


def test_two_confirmations_of_two_new_factors_at_once_confirm_one() -> None:
    """Each lets the other's challenge go, and they must not wait for each other."""
    number = iter(range(1, 1000))

    def scene() -> tuple[Act, Act, Stopped]:
        who = newcomer(next(number))
        thief = factories.session(who.member.user).sid
        mine = bind_number(who)
        theirs = bind_app(who, sid=thief)
        app = Factor.objects.get(user=who.member.user, kind="totp")
        return (
            lambda: who.answer(mine, code_of(mine).digits),
            lambda: who.answer(theirs, factories.totp_code(app), sid=thief),
            who,
        )

    for meeting, who in every_meeting(scene):
        assert (meeting.held.error, meeting.other.error) == (None, None), meeting.where
        answers = [meeting.held.result, meeting.other.result]
        assert sum(isinstance(each, Verified) for each in answers) == 1, meeting.where
        late = next(each for each in answers if isinstance(each, Rejected))
        assert late.reason == "canceled", meeting.where
        assert Factor.objects.filter(user=who.member.user, confirmed=True).count() == 1


def test_a_first_binding_that_begins_while_another_is_confirmed_comes_to_nothing() -> None:
    """A fresh login lets a first factor in; with the other one confirmed it takes a proof."""
    number = iter(range(1, 1000))

    def scene() -> tuple[Act, Act, Stopped]:
        who = newcomer(next(number))
        mine = bind_number(who)
        thief = factories.session(who.member.user).sid

        def bind_and_confirm() -> Any:
            theirs = bind_app(who, sid=thief)
            app = Factor.objects.get(user=who.member.user, kind="totp")
            return who.answer(theirs, factories.totp_code(app), sid=thief)

        return (
            refused_or(bind_and_confirm),
            lambda: who.answer(mine, code_of(mine).digits),
            who,
        )

    for meeting, who in every_meeting(scene):
        assert not meeting.failures
        confirmed = Factor.objects.filter(user=who.member.user, confirmed=True)
        assert confirmed.count() == 1, meeting.where


def test_two_enrollments_of_one_number_at_once_are_one_factor() -> None:
    who = newcomer(1)
    race(refused_or(lambda: bind_number(who)), threads=4)
    assert Factor.objects.filter(user=who.member.user).count() == 1
    assert Challenge.objects.filter(user=who.member.user, state="open").count() == 1


def test_a_factor_that_is_being_confirmed_is_not_cleared_away() -> None:
    """Only the newest few unconfirmed ones stay, but one that is confirmed meanwhile does."""
    number = iter(range(1, 1000))

    def scene() -> tuple[Act, Act, Stopped]:
        who = newcomer(next(number))
        mine = bind_number(who)
        others = [factories.session(who.member.user).sid for _ in range(3)]

        def pile_up() -> None:
            for sid in others:
                refused_or(lambda sid=sid: bind_app(who, sid=sid))()

        return (lambda: who.answer(mine, code_of(mine).digits)), pile_up, who

    for meeting, who in every_meeting(scene):
        assert (meeting.held.error, meeting.other.error) == (None, None), meeting.where
        confirmed = Factor.objects.filter(user=who.member.user, confirmed=True).count()
        assert confirmed == isinstance(meeting.held.result, Verified), meeting.where


def test_what_is_cleared_away_is_locked_after_its_challenges() -> None:
    """An answer holds its challenge while it asks for a share of the factor, in one statement."""
    who = newcomer(1)
    bind_number(who)
    with CaptureQueriesContext(connection) as seen:
        for _ in range(3):
            bind_app(who, sid=factories.session(who.member.user).sid)
    said = [query["sql"] for query in seen]
    last = max(at for at, sql in enumerate(said) if sql.startswith('DELETE FROM "otpguard_factor"'))
    locks = [at for at, sql in enumerate(said) if 'FOR UPDATE OF "otpguard_challenge"' in sql]
    cleared = [at for at in locks if '"factor_id" IN' in said[at]]
    assert cleared
    assert cleared[0] < last


def test_a_removal_and_a_confirmation_it_has_let_in_leave_nothing_bound() -> None:
    number = iter(range(1, 1000))

    def scene() -> tuple[Act, Act, Stopped]:
        who = stopped()
        client_ip = f"198.18.0.{next(number)}"
        who.facts = replace(who.facts, client_ip=client_ip)
        factories.grant(who.member.user, who.member.tenant, sid=who.facts.sid)
        challenge = bind_app(who, guarded=True)
        app = Factor.objects.get(user=who.member.user, kind="totp")
        return (
            lambda: remove_own_factor(facts=who.facts, factor_id=who.factor.pk),
            lambda: who.answer(challenge, factories.totp_code(app)),
            who,
        )

    for meeting, who in every_meeting(scene):
        assert (meeting.held.error, meeting.other.error) == (None, None), meeting.where
        proven = isinstance(meeting.other.result, Verified)
        left = Factor.objects.filter(user=who.member.user, confirmed=True)
        assert left.count() == proven, meeting.where
        if not meeting.was_held:
            assert not proven, "the removal was over when it came"


def test_the_first_recovery_codes_made_twice_at_once_are_one_set() -> None:
    who = stopped()
    made = race(lambda: make_recovery_codes(facts=who.facts), threads=4)
    assert all(len(codes) == 10 for codes in made)
    assert RecoveryCode.objects.count() == 10
    assert Factor.objects.filter(kind="recovery").count() == 1
