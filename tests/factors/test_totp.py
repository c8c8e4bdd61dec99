"""Authenticators as factors: made, verified, spent once, and shown as a QR code."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import override_settings

from otpguard.core import shipped_kinds
from otpguard.core.assurance import Method
from otpguard.core.reasons import AnswerReason
from otpguard.core.totp import Algorithm, InvalidSeedError, Seed, code_at, step_at
from otpguard.factors import totp
from otpguard.factors.base import Missed, Shown
from otpguard.models import Factor
from otpguard.testing.racing import race
from tests import factories
from tests.models.rows import raw

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, 0, 10, tzinfo=UTC)
STEP = timedelta(seconds=30)


def enrolled(*, confirmed: bool = True, **known: Any) -> Factor:
    user = factories.user()
    factor = totp.build(user_id=str(user.pk), name="App", **known)
    factor.confirmed = confirmed
    factor.save(force_insert=True)
    factor.refresh_from_db()
    return factor


def shown_at(factor: Factor, moment: datetime) -> str:
    """What the authenticator shows."""
    seed = totp.seed_of(factor)
    return code_at(seed, step_at(seed, moment)).digits


def judged(factor: Factor, given: str, now: datetime = NOW) -> Shown:
    shown = totp.verify(factor, given, now=now)
    assert isinstance(shown, Shown), shown
    return shown


# --- making one --------------------------------------------------------------------------------


def test_a_new_authenticator_is_unconfirmed_and_has_160_random_bits() -> None:
    one, other = enrolled(confirmed=False), enrolled(confirmed=False)
    assert (one.kind, one.confirmed, one.tenant, one.hardware) == (
        "totp",
        False,
        None,
        False,
    )
    assert len(totp.seed_of(one).key) == 20
    assert totp.seed_of(one) != totp.seed_of(other)


def test_its_seed_is_encrypted_at_rest() -> None:
    factor = enrolled()
    seed = totp.seed_of(factor)
    stored = raw(factor, "secret")
    assert seed.base32 not in stored
    assert "digits" not in stored
    assert seed.base32 not in repr(vars(factor))


def test_a_seed_may_be_given_and_is_read_before_it_is_saved() -> None:
    seed = Seed(key=bytes(range(32)), digits=8, period=60, algorithm=Algorithm.SHA512)
    tenant = factories.tenant()
    built = totp.build(
        user_id="1", name="Key fob", tenant=tenant, seed=seed, hardware=True, serial="A1"
    )
    assert (built.name, built.tenant, built.hardware, built.serial) == (
        "Key fob",
        tenant,
        True,
        "A1",
    )
    assert totp.seed_of(built) == seed


def test_another_kind_of_factor_has_no_seed() -> None:
    with pytest.raises(InvalidSeedError):
        totp.seed_of(factories.phone_factor(factories.user()))


# --- verifying -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hardware", "method"), [(False, shipped_kinds.BY_APP), (True, shipped_kinds.BY_TOKEN)]
)
def test_a_right_code_shows_what_it_was(hardware: bool, method: Method) -> None:
    factor = enrolled(hardware=hardware)
    shown = judged(factor, shown_at(factor, NOW))
    assert shown.method is method
    assert not shown.user_verified
    assert not shown.attested


def test_judging_alone_uses_nothing_up() -> None:
    factor = enrolled()
    code = shown_at(factor, NOW)
    assert judged(factor, code)
    assert judged(factor, code)
    factor.refresh_from_db()
    assert factor.last_step == -1


def test_a_code_that_was_spent_is_used() -> None:
    factor = enrolled()
    code = shown_at(factor, NOW)
    assert judged(factor, code).spend()
    factor.refresh_from_db()
    assert factor.last_step == step_at(totp.seed_of(factor), NOW)
    assert totp.verify(factor, code, now=NOW) == Missed(reason=AnswerReason.USED)
    assert totp.verify(factor, code, now=NOW + STEP) == Missed(reason=AnswerReason.USED)
    assert judged(factor, shown_at(factor, NOW + STEP), NOW + STEP).spend()


def test_an_older_code_than_the_spent_one_is_used_up_with_it() -> None:
    factor = enrolled()
    older = judged(factor, shown_at(factor, NOW - STEP))
    assert judged(factor, shown_at(factor, NOW)).spend()
    assert not older.spend()
    factor.refresh_from_db()
    assert totp.verify(factor, shown_at(factor, NOW - STEP), now=NOW) == Missed(
        reason=AnswerReason.USED
    )


def test_spending_touches_no_other_factor() -> None:
    factor, other = enrolled(), enrolled()
    assert judged(factor, shown_at(factor, NOW)).spend()
    other.refresh_from_db()
    assert other.last_step == -1


def test_a_late_code_counts_only_within_the_tolerance() -> None:
    factor = enrolled()
    late = shown_at(factor, NOW - STEP)
    assert judged(factor, late)
    assert totp.verify(factor, shown_at(factor, NOW - 2 * STEP), now=NOW) == Missed()
    with override_settings(OTPGUARD={"TOTP_TOLERANCE": 0}):
        assert totp.verify(factor, late, now=NOW) == Missed()
        assert judged(factor, shown_at(factor, NOW))


def test_how_far_its_clock_is_off_is_learned_from_right_codes_alone() -> None:
    factor = enrolled()
    for wrong in (2, -2):
        assert totp.verify(factor, shown_at(factor, NOW + wrong * STEP), now=NOW) == Missed()
    unspent = judged(factor, shown_at(factor, NOW + STEP))
    factor.refresh_from_db()
    assert factor.drift == 0
    assert unspent.spend()
    factor.refresh_from_db()
    assert factor.drift == 1
    later = NOW + 100 * STEP
    assert judged(factor, shown_at(factor, later + 2 * STEP), later).spend()
    factor.refresh_from_db()
    assert factor.drift == 2


def test_a_token_that_runs_slow_is_followed() -> None:
    factor = enrolled(hardware=True)
    for number, slow in enumerate([1, 1, 2, 2, 3, 3]):
        now = NOW + number * 100 * STEP
        assert judged(factor, shown_at(factor, now - slow * STEP), now).spend()
        factor.refresh_from_db()
    assert factor.drift == -3


@pytest.mark.parametrize("steps", [2, 10, -2, -10])
def test_a_clock_that_is_off_is_said_while_it_is_being_confirmed_only(steps: int) -> None:
    new, old = enrolled(confirmed=False), enrolled()
    assert totp.verify(new, shown_at(new, NOW + steps * STEP), now=NOW) == Missed(
        reason=AnswerReason.CLOCK
    )
    assert totp.verify(old, shown_at(old, NOW + steps * STEP), now=NOW) == Missed()


@pytest.mark.parametrize("given", ["", "abcdef", "12345", "1" * 400, "\ud800"])
def test_anything_else_is_wrong(given: str) -> None:
    assert totp.verify(enrolled(confirmed=False), given, now=NOW) == Missed()


# --- at once -----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_one_code_given_many_times_at_once_passes_once() -> None:
    factor = enrolled()
    code = shown_at(factor, NOW)

    def give() -> bool:
        found = totp.verify(Factor.objects.get(pk=factor.pk), code, now=NOW)
        return isinstance(found, Shown) and found.spend()

    assert sorted(race(give, threads=8)) == [False] * 7 + [True]


@pytest.mark.django_db(transaction=True)
def test_of_many_who_were_told_that_a_code_is_right_one_spends_it() -> None:
    factor = enrolled()
    code = shown_at(factor, NOW)
    told = [judged(factor, code) for _ in range(8)]
    assert sorted(race(lambda: told.pop().spend(), threads=8)) == [False] * 7 + [True]


# --- the QR code -------------------------------------------------------------------------------


def qr() -> str:
    return totp.qr_svg(Seed(key=bytes(20)).otpauth_uri("Acme <b>", "ada@example.com"))


def test_the_qr_code_stands_under_a_strict_policy() -> None:
    svg = qr()
    assert "style" not in svg
    assert not re.search(r"\son\w+=|<script|href|url\(|https?:", svg)


def test_the_qr_code_is_an_image_with_a_title() -> None:
    root = ET.fromstring(qr())
    assert root.tag.endswith("svg")
    assert root.attrib["role"] == "img"
    title = next(each for each in root if each.tag.endswith("title"))
    assert title.text == "QR code for your authenticator app"


def test_the_qr_code_brings_its_own_white_with_a_quiet_zone() -> None:
    root = ET.fromstring(qr())
    light, dark = (each for each in root if each.tag.endswith("path"))
    side = root.attrib["viewBox"].split()[2]
    assert light.attrib == {"fill": "#fff", "d": f"M0 0h{side}v{side}h-{side}z"}
    assert dark.attrib["stroke"] == "#000"
    assert dark.attrib["d"].startswith("M4 4.5")
    assert root.attrib["width"] == root.attrib["height"]
