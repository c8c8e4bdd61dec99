"""Answers where a plan mixes: our digits first, then the vendor whose step is open, and no more
tries than for one code (C14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from otpguard.core.assurance import SAAS_2026, AssuranceLevel
from otpguard.core.evidence import facts_from_json
from otpguard.core.outcome import Failure
from otpguard.core.reasons import AnswerReason
from otpguard.core.shipped_kinds import SHIPPED_METHODS
from otpguard.flows.challenge.answer import Answer, Rejected, Verified
from otpguard.flows.challenge.close import cancel_challenge
from otpguard.flows.challenge.resend import resend_code
from otpguard.flows.delivery.message import code_of
from otpguard.flows.delivery.vendor_closing import make_closing_call
from otpguard.models import Challenge, Delivery, FactorLane, Grant
from otpguard.testing import send_queued
from otpguard.testing.racing import race
from tests.flows.mixed import Desk, desks, fall_silent, sent_up_to
from tests.flows.setting import Stopped, stopped, wrong
from tests.prices import price

pytestmark = pytest.mark.django_db(transaction=True)

NOTES = {"CHECKPOINTS": {"notes": {"LABEL": "Notes", "POLICY": {"required_level": "AAL1"}}}}
"""A checkpoint that asks no more than AAL1."""

TEXT, CHAT, CALL, EMAIL = range(4)
"""The steps: the first vendor's, ours, the second vendor's, ours again."""


@pytest.fixture
def vendors(settings: Any) -> Iterator[dict[str, Desk]]:
    with desks(settings) as known:
        yield known


@pytest.fixture
def who(vendors: dict[str, Desk]) -> Stopped:
    return stopped()


def ours(challenge: Challenge) -> str:
    return code_of(challenge).digits


def theirs_is_not(challenge: Challenge) -> str:
    """Six digits that are neither ours nor a vendor's."""
    return next(code for code in ("777777", "888888") if code != ours(challenge))


def method_of(answer: Answer) -> str:
    assert isinstance(answer, Verified), answer
    assert answer.grant is not None
    return str(answer.grant.facts["method"])


def failures() -> int:
    return sum(FactorLane.objects.values_list("failures", flat=True))


def tell_vendors() -> None:
    """Make every call that is owed."""
    for row in Delivery.objects.exclude(closing_call_at=None):
        make_closing_call(delivery_id=str(row.pk), now=timezone.now())


# --- which code is right -------------------------------------------------------------------------


def test_our_digits_are_right_without_asking_the_vendor_who_is_then_told_to_close(
    who: Stopped, vendors: dict[str, Desk]
) -> None:
    challenge = sent_up_to(who, CHAT)
    tell_vendors()
    assert vendors["first"].closed == [], "a late text message still counts"
    assert method_of(who.answer(challenge, ours(challenge))) == "whatsapp"
    assert vendors["first"].asked == []
    tell_vendors()
    assert len(vendors["first"].closed) == 1
    challenge.refresh_from_db()
    assert challenge.answered_step == CHAT


def test_a_vendors_code_that_comes_late_is_right_though_ours_was_sent_meanwhile(
    who: Stopped, vendors: dict[str, Desk]
) -> None:
    challenge = sent_up_to(who, CHAT)
    assert method_of(who.answer(challenge, vendors["first"].code)) == "sms"
    assert vendors["first"].asked == [vendors["first"].code]
    challenge.refresh_from_db()
    assert challenge.answered_step == TEXT
    tell_vendors()
    assert vendors["first"].closed == [], "it found the code right itself"


def test_a_right_answer_of_ours_is_worth_the_weakest_of_our_channels_alone(who: Stopped) -> None:
    challenge = sent_up_to(who, EMAIL)
    Delivery.objects.filter(step=CHAT).update(state="queued", lease_until=None)
    assert method_of(who.answer(challenge, ours(challenge))) == "email"


def test_our_digits_count_only_from_the_first_step_that_carries_them(
    who: Stopped, vendors: dict[str, Desk]
) -> None:
    challenge = sent_up_to(who, TEXT)
    assert who.answer(challenge, ours(challenge)) == Rejected(
        reason=AnswerReason.WRONG, attempts_left=4
    )
    assert vendors["first"].asked == [ours(challenge)]


@pytest.mark.parametrize("typed", ["1111111", "11111", "+111111", "11111a"])
def test_what_has_not_the_vendors_length_is_wrong_without_asking(
    who: Stopped, vendors: dict[str, Desk], typed: str
) -> None:
    challenge = sent_up_to(who, CHAT)
    assert who.answer(challenge, typed) == Rejected(reason=AnswerReason.WRONG, attempts_left=4)
    assert vendors["first"].asked == []
    assert failures() == 1


# --- one counter over all ------------------------------------------------------------------------


def test_a_wrong_code_costs_one_try_however_many_codes_are_live(
    who: Stopped, vendors: dict[str, Desk]
) -> None:
    challenge = sent_up_to(who, CHAT)
    lefts = [
        (answer.attempts_left, failures())
        for _ in range(4)
        if isinstance(answer := who.answer(challenge, theirs_is_not(challenge)), Rejected)
    ]
    assert lefts == [(4, 1), (3, 2), (2, 3), (1, 4)]
    last = who.answer(challenge, theirs_is_not(challenge))
    assert isinstance(last, Rejected)
    assert last.reason is AnswerReason.EXHAUSTED
    assert len(vendors["first"].asked) == 5
    assert isinstance(who.answer(challenge, ours(challenge)), Rejected)
    tell_vendors()
    assert len(vendors["first"].closed) == 1, "it takes no more either"


def test_tries_are_not_counted_from_zero_by_another_step(who: Stopped) -> None:
    challenge = sent_up_to(who, TEXT)
    who.answer(challenge, theirs_is_not(challenge))
    fall_silent(challenge)
    who.answer(challenge, theirs_is_not(challenge))
    fall_silent(challenge)
    challenge.refresh_from_db()
    assert (challenge.step, challenge.attempts) == (CALL, 2)


def test_beside_a_code_of_ours_a_vendor_that_cannot_check_makes_no_free_guess(
    who: Stopped, vendors: dict[str, Desk]
) -> None:
    """It was compared with ours. People are told all the same why theirs was not taken."""
    vendors["first"].deaf = True
    challenge = sent_up_to(who, CHAT)
    assert who.answer(challenge, theirs_is_not(challenge)) == Rejected(
        reason=AnswerReason.UNAVAILABLE, attempts_left=4
    )
    assert failures() == 1
    assert method_of(who.answer(challenge, ours(challenge))) == "whatsapp"


def test_the_try_is_counted_and_no_row_is_locked_while_the_vendor_is_asked(
    who: Stopped, vendors: dict[str, Desk]
) -> None:
    challenge = sent_up_to(who, CHAT)
    seen: list[tuple[int, int]] = []

    def look() -> None:
        assert not connection.in_atomic_block
        with transaction.atomic():
            Challenge.objects.select_for_update(nowait=True).get(pk=challenge.pk)
            list(FactorLane.objects.select_for_update(nowait=True))
        seen.append((Challenge.objects.get(pk=challenge.pk).attempts, failures()))

    vendors["first"].on_check = look
    assert isinstance(who.answer(challenge, vendors["first"].code), Verified)
    assert seen == [(1, 1)]


def test_of_both_right_codes_at_once_one_wins(who: Stopped, vendors: dict[str, Desk]) -> None:
    challenge = sent_up_to(who, CHAT)
    typed = iter([ours(challenge), vendors["first"].code] * 8)
    results = race(lambda: who.answer(challenge, next(typed)), threads=16)
    assert sum(isinstance(result, Verified) for result in results) == 1
    assert Grant.objects.count() == 1
    challenge.refresh_from_db()
    assert challenge.attempts <= 5
    tell_vendors()
    theirs = challenge.answered_step == TEXT
    assert len(vendors["first"].closed) == (0 if theirs else 1)


# --- at most one vendor's step is open -----------------------------------------------------------


def test_the_next_vendors_step_closes_the_last_here_and_there(
    who: Stopped, vendors: dict[str, Desk]
) -> None:
    challenge = sent_up_to(who, CALL)
    tell_vendors()
    first, second = vendors["first"], vendors["second"]
    assert (len(first.closed), len(second.closed)) == (1, 0)
    assert who.answer(challenge, first.code) == Rejected(reason=AnswerReason.WRONG, attempts_left=4)
    assert (first.asked, second.asked) == ([], []), "its codes are longer than that"
    assert method_of(who.answer(challenge, second.code)) == "voice"
    assert first.asked == []


def test_our_digits_outlive_the_vendors_steps(who: Stopped, vendors: dict[str, Desk]) -> None:
    challenge = sent_up_to(who, CALL)
    assert method_of(who.answer(challenge, ours(challenge))) == "whatsapp"
    tell_vendors()
    assert [len(each.closed) for each in vendors.values()] == [1, 1]


def test_a_vendor_that_does_not_take_its_step_closes_nothing(
    who: Stopped, vendors: dict[str, Desk]
) -> None:
    """Else nobody could prove anything with what they have."""
    vendors["second"].fails = Failure.UNKNOWN_OUTCOME
    challenge = sent_up_to(who, CALL)
    assert challenge.step == EMAIL
    tell_vendors()
    assert vendors["first"].closed == []
    assert method_of(who.answer(challenge, vendors["first"].code)) == "sms"


def test_a_resend_of_a_vendors_code_closes_the_one_before(
    who: Stopped, vendors: dict[str, Desk]
) -> None:
    challenge = sent_up_to(who, TEXT)
    Challenge.objects.update(undeliverable=True)
    resend_code(facts=who.facts, challenge_id=challenge.pk, another_way=False)
    send_queued()
    tell_vendors()
    old, new = Delivery.objects.order_by("step").values_list("provider_ref", flat=True)
    assert vendors["first"].closed == [old]
    assert vendors["first"].open == {new}
    assert method_of(who.answer(challenge, vendors["first"].code)) == "sms"


def test_a_canceled_challenge_closes_what_is_open_at_the_vendor(
    who: Stopped, vendors: dict[str, Desk]
) -> None:
    challenge = sent_up_to(who, CHAT)
    cancel_challenge(facts=who.facts, challenge=challenge, reason="by the person")
    tell_vendors()
    assert len(vendors["first"].closed) == 1
    assert who.answer(challenge, vendors["first"].code) == Rejected(reason=AnswerReason.CANCELED)
    assert vendors["first"].asked == []


# --- what it cost and what it is worth -----------------------------------------------------------


@pytest.mark.parametrize(("by_vendor", "answered"), [(True, TEXT), (False, CHAT)])
def test_the_price_of_a_success_is_added_to_the_message_whose_code_was_right(
    who: Stopped, vendors: dict[str, Desk], by_vendor: bool, answered: int
) -> None:
    for name, channel in (("first", "sms"), ("near", "whatsapp")):
        price(provider=name, channel=channel, per_success=50_000)
    challenge = sent_up_to(who, CHAT)
    who.answer(challenge, vendors["first"].code if by_vendor else ours(challenge))
    costs = dict(Delivery.objects.values_list("step", "cost_micros"))
    assert costs == {TEXT: 0, CHAT: 0} | {answered: 50_000}


def test_a_short_code_proves_aal1_also_at_a_checkpoint_that_asks_for_more(
    settings: Any,
) -> None:
    with desks(settings, digits=4) as vendors:
        settings.OTPGUARD |= NOTES
        who = stopped("notes")
        challenge = sent_up_to(who, CHAT)
        assert [step["provider"] for step in challenge.plan] == ["first", "near", "second", "email"]
        answer = who.answer(challenge, vendors["first"].code)
        assert method_of(answer) == "sms"
        facts = facts_from_json(Grant.objects.get().facts, methods=SHIPPED_METHODS)
        assert facts is not None
        assert SAAS_2026.worth(facts) is AssuranceLevel.AAL1
        strict = stopped()
        assert [step["provider"] for step in strict.start().plan] == ["near", "second", "email"]


def test_our_digits_are_worth_all_beside_a_short_code(settings: Any) -> None:
    with desks(settings, digits=4):
        settings.OTPGUARD |= NOTES
        who = stopped("notes")
        challenge = sent_up_to(who, CHAT)
        assert method_of(who.answer(challenge, ours(challenge))) == "whatsapp"
        facts = facts_from_json(Grant.objects.get().facts, methods=SHIPPED_METHODS)
        assert facts is not None
        assert SAAS_2026.worth(facts) is AssuranceLevel.AAL2


def test_a_vendor_that_has_forgotten_its_code_does_not_make_ours_look_gone(
    who: Stopped, vendors: dict[str, Desk]
) -> None:
    challenge = sent_up_to(who, CHAT)
    vendors["first"].open.clear()
    assert who.answer(challenge, theirs_is_not(challenge)) == Rejected(
        reason=AnswerReason.WRONG, attempts_left=4
    )
    assert failures() == 1


def test_wrong_is_wrong_where_only_ours_is_live(who: Stopped) -> None:
    challenge = sent_up_to(who, CHAT)
    Delivery.objects.filter(step=TEXT).update(provider_ref=None)
    assert who.answer(challenge, wrong(ours(challenge))) == Rejected(
        reason=AnswerReason.WRONG, attempts_left=4
    )
