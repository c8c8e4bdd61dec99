"""Saved codes have 120 bits, forgive how they are typed, and serve once."""

from __future__ import annotations

import math

import pytest
from django.contrib.auth.hashers import make_password
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.reasons import AnswerReason
from otpguard.factors import recovery
from otpguard.factors.base import Missed, Shown
from otpguard.models import Factor, RecoveryCode
from otpguard.testing.racing import race
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def saved(db: None) -> tuple[Factor, tuple[str, ...]]:
    codes = factories.recovery_codes(factories.user())
    return Factor.objects.get(), codes


def test_a_code_has_more_than_112_bits() -> None:
    assert math.log2(len(recovery.ALPHABET)) * recovery.LENGTH >= 112


def test_codes_are_ten_and_differ(saved: tuple[Factor, tuple[str, ...]]) -> None:
    assert len(set(saved[1])) == recovery.COUNT == 10
    assert recovery.left(saved[0]) == 10


@pytest.mark.parametrize(
    "typed",
    [
        str.lower,
        lambda code: code.replace("-", ""),
        lambda code: f" {code} ",
        lambda code: "\u2066" + code.replace("-", "\u2212") + "\u2069",
        lambda code: code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    ],
)
def test_a_code_is_taken_however_it_is_typed(
    saved: tuple[Factor, tuple[str, ...]], typed: object
) -> None:
    shown = recovery.verify(saved[0], typed(saved[1][0]), now=timezone.now())
    assert isinstance(shown, Shown)


@given(st.text(max_size=80))
def test_reading_never_fails_and_reads_the_same_twice(text: str) -> None:
    once = recovery.normalize(text)
    assert recovery.normalize(once) == once


def test_letters_that_are_not_in_use_are_what_they_look_like() -> None:
    assert recovery.normalize("oil-OIL") == "011011"


def test_a_code_is_spent_once_also_by_two_at_once(transactional_db: None) -> None:
    codes = factories.recovery_codes(factories.user())
    factor = Factor.objects.get()

    def spend() -> bool:
        shown = recovery.verify(factor, codes[0], now=timezone.now())
        return isinstance(shown, Shown) and shown.spend()

    assert sorted(race(spend, threads=6)) == [False] * 5 + [True]
    assert recovery.verify(factor, codes[0], now=timezone.now()) == Missed(reason=AnswerReason.USED)


def test_the_code_of_another_person_is_wrong(saved: tuple[Factor, tuple[str, ...]]) -> None:
    theirs = factories.recovery_codes(factories.user())
    assert recovery.verify(saved[0], theirs[0], now=timezone.now()) == Missed()


def test_codes_taken_over_from_elsewhere_serve_once_too(
    saved: tuple[Factor, tuple[str, ...]],
) -> None:
    factor = saved[0]
    RecoveryCode.objects.create(factor=factor, digest=make_password("kgw5yzaq"))
    shown = recovery.verify(factor, " \u2066KGW5\u00adYZAQ\u2069 ", now=timezone.now())
    assert isinstance(shown, Shown)
    assert shown.spend()
    assert recovery.verify(factor, "kgw5yzaq", now=timezone.now()) == Missed(
        reason=AnswerReason.USED
    )


def test_a_new_set_leaves_nothing_of_the_old_one(saved: tuple[Factor, tuple[str, ...]]) -> None:
    factor, old = saved
    new = recovery.replace_codes(factor)
    assert set(new).isdisjoint(old)
    assert recovery.verify(factor, old[0], now=timezone.now()) == Missed()
