"""Invited people bind their first number by a new account, through the real enrollment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from otpguard.core.pumping.prefixes import PrefixLevel
from otpguard.flows.pumping.learn import learn_outcomes
from otpguard.models import Challenge, Factor, Membership, NumberOutcome, PrefixStatistic
from otpguard.simulation import driver
from otpguard.simulation.arrival import Relation
from otpguard.simulation.member import bind_number
from otpguard.simulation.play import BEGAN
from tests.simulation.setting import somebody, world

pytestmark = pytest.mark.django_db(transaction=True)

INVITED = somebody(relation=Relation.INVITED)


@pytest.fixture
def tenant(tmp_path: Path) -> Iterator[str]:
    with world(tmp_path) as key:
        yield key


def test_an_invited_person_confirms_a_number_of_their_account(tenant: str) -> None:
    made = driver.start(INVITED, tenant=tenant, now=BEGAN)
    assert made.challenge is not None
    assert Challenge.objects.get().spend_lane == "invited"
    later = BEGAN + timedelta(seconds=12)
    assert driver.answer(INVITED, made.challenge, made.code, tenant=tenant, now=later)
    assert Factor.objects.get().confirmed


def test_their_proof_counts_for_invited_people_and_not_for_strangers(tenant: str) -> None:
    made = driver.start(INVITED, tenant=tenant, now=BEGAN)
    assert made.challenge is not None
    driver.answer(INVITED, made.challenge, made.code, tenant=tenant, now=BEGAN)
    learn_outcomes(now=BEGAN + timedelta(minutes=5))
    assert NumberOutcome.objects.get().verified
    country = PrefixStatistic.objects.get(level=PrefixLevel.COUNTRY.value)
    assert (country.key, country.lane) == ("US", "invited")


def test_a_second_try_is_one_of_the_same_account(tenant: str) -> None:
    for seconds in (0, 60):
        bind_number(INVITED, tenant=tenant, now=BEGAN + timedelta(seconds=seconds))
    assert Membership.objects.count() == 1


def test_their_code_is_sent_again_after_half_a_minute(tenant: str) -> None:
    made = driver.start(INVITED, tenant=tenant, now=BEGAN)
    assert made.challenge is not None
    late = BEGAN + timedelta(seconds=31)
    assert driver.resend(INVITED, made.challenge, tenant=tenant, now=late)
