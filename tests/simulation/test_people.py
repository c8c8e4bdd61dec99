"""Healthy people come in the mix that is assumed, and the same seed brings the same people."""

from __future__ import annotations

from collections import Counter
from itertools import islice, pairwise, takewhile

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from otpguard.simulation import assumptions as given
from otpguard.simulation.arrival import Arrival, Relation
from otpguard.simulation.people import DAY, conference, people, usual_bursts


@pytest.fixture(scope="module")
def month() -> list[Arrival]:
    return list(takewhile(lambda who: who.at < 30 * DAY, people(7, a_day=given.PEOPLE_A_DAY)))


@settings(max_examples=8, deadline=None)
@drawn(seed=st.integers(0, 10**6), a_day=st.floats(1, 50))
def test_they_come_in_the_order_of_their_times_and_the_same_each_time(
    seed: int, a_day: float
) -> None:
    first = list(islice(people(seed, a_day=a_day), 60))
    assert all(one.at <= two.at for one, two in pairwise(first))
    assert first == list(islice(people(seed, a_day=a_day), 60))


def test_another_seed_brings_others(month: list[Arrival]) -> None:
    assert next(people(8, a_day=given.PEOPLE_A_DAY)).number != month[0].number


def test_eighty_five_of_a_hundred_enter_their_code(month: list[Arrival]) -> None:
    answered = sum(who.answers_after is not None for who in month) / len(month)
    assert answered == pytest.approx(given.CONVERSION, abs=0.02)


def test_half_of_them_answer_within_the_published_median(month: list[Arrival]) -> None:
    times = sorted(who.answers_after for who in month if who.answers_after is not None)
    assert times[len(times) // 2] == pytest.approx(given.MEDIAN_SECONDS, rel=0.1)
    assert times[int(len(times) * 0.985)] < 150


def test_a_quarter_is_behind_shared_addresses(month: list[Arrival]) -> None:
    usual = [who for who in month if not who.crowd or who.crowd in given.SHARED_IPS]
    shared = [who for who in usual if who.crowd]
    assert len(shared) / len(usual) == pytest.approx(given.BEHIND_SHARED_IP, abs=0.03)
    assert len({who.client_ip for who in shared if who.relation is not Relation.KNOWN}) == len(
        given.SHARED_IPS
    )


def test_each_month_has_a_conference_a_class_and_a_roll_out(month: list[Arrival]) -> None:
    found = Counter(who.crowd for who in month if who.relation is not Relation.KNOWN)
    assert found["conference-0-0"] == given.CONFERENCE
    assert (found["class"], found["roll-out"]) == (given.CLASS, given.ROLL_OUT)
    met = [who for who in month if who.crowd == "conference-0-0"]
    here = [who for who in met if who.relation is not Relation.KNOWN]
    assert here[-1].at - here[0].at < given.CONFERENCE_SECONDS
    assert len({who.client_ip for who in here}) == 1


def test_a_larger_site_has_as_many_conferences_as_the_mix_says() -> None:
    crowds = [burst.crowd for burst in usual_bursts(0, a_day=1_500)]
    met = [crowd for crowd in crowds if crowd.startswith("conference")]
    assert len(met) == len(set(met)) == 3  # two per cent of 45,000 people a month


def test_a_burst_of_ones_own_comes_too() -> None:
    met = [
        who
        for who in takewhile(
            lambda who: who.at < DAY, people(1, a_day=10, bursts=(conference("met", 3_600),))
        )
        if who.crowd == "met"
    ]
    assert len(met) == given.CONFERENCE
    assert all(3_600 <= who.at < 5_400 for who in met)


def test_a_known_browser_has_proven_a_number_before(month: list[Arrival]) -> None:
    proven: set[str] = set()
    for who in month:
        if who.relation is Relation.KNOWN:
            assert who.browser in proven
        elif who.relation is Relation.STRANGER and who.answers_after is not None:
            proven.add(who.browser)
