"""Every attack is as it is described, and each request a pure function of its place."""

from __future__ import annotations

import pytest
from hypothesis import given as drawn
from hypothesis import settings
from hypothesis import strategies as st

from otpguard.core.phone import parse_phone
from otpguard.simulation import assumptions as given
from otpguard.simulation.attackers import HOUR, Wave, attacks

WAVES = {wave.name: wave for attack in attacks() for wave in attack.waves}
EVERY = st.sampled_from(sorted(WAVES))


def some(name: str, count: int = 400) -> list[tuple[str, str, str]]:
    made = [WAVES[name].arrival(1, place) for place in range(count)]
    return [(who.country, who.number, who.client_ip) for who in made]


@settings(max_examples=60, deadline=None)
@drawn(name=EVERY, seed=st.integers(0, 1000), share=st.floats(0, 1, exclude_max=True))
def test_a_request_is_the_same_each_time_and_one_that_the_form_takes(
    name: str, seed: int, share: float
) -> None:
    wave = WAVES[name]
    place = int(share * wave.requests)
    who = wave.arrival(seed, place)
    assert who == wave.arrival(seed, place)
    assert parse_phone(who.number, region="US").region == who.country
    assert wave.begins <= who.at < wave.begins + wave.seconds


@settings(max_examples=40, deadline=None)
@drawn(name=EVERY, place=st.integers(0, 100))
def test_requests_come_one_after_another(name: str, place: int) -> None:
    assert WAVES[name].arrival(1, place).at < WAVES[name].arrival(1, place + 1).at


def test_the_names_are_those_that_are_asked_for() -> None:
    assert {attack.name for attack in attacks()} == {
        *("premium_range", "many_countries", "rotating_ips", "rotating_asns", "low_and_slow"),
        *("us_real_sims", "convert_a_few", "convert_most", "us_random_fresh_ips", "mailboxes"),
        *("botnet_5000", "reputation_then_burst", "conference"),
    }


@pytest.mark.parametrize("name", ["botnet_5000", "rotating_ips", "premium_range"])
def test_a_usual_attack_is_ten_a_second_for_two_days(name: str) -> None:
    assert WAVES[name].requests == 10 * 48 * HOUR


def test_a_premium_range_is_one_block() -> None:
    assert len({number[:8] for _, number, _ in some("premium_range")}) == 1


def test_rotating_addresses_never_come_back() -> None:
    for name in ("rotating_ips", "rotating_asns", "us_random_fresh_ips"):
        assert len({client_ip for *_, client_ip in some(name)}) >= 399


def test_a_botnet_comes_from_as_many_addresses_as_it_has() -> None:
    wave = WAVES["botnet_5000"]
    ips = {wave.arrival(1, place).client_ip for place in range(0, 2 * given.BOTNET, 5)}
    assert 0.19 * given.BOTNET < len(ips) <= given.BOTNET / 5


def test_real_sims_come_back() -> None:
    numbers = [number for _, number, _ in some("us_real_sims", 2 * given.SIMS)]
    assert len(set(numbers)) <= given.SIMS
    assert numbers[: given.SIMS] == numbers[given.SIMS :]


def test_many_countries_go_beyond_those_of_the_site() -> None:
    countries = {country for country, *_ in some("many_countries", 800)}
    assert set(given.FAR_COUNTRIES) <= countries


@pytest.mark.parametrize(
    ("name", "share"),
    [
        ("botnet_5000", 0.0),
        ("convert_a_few", given.FEW_CONVERT),
        ("convert_most", given.MOST_CONVERT),
        ("reputation_build_up", given.BUILD_UP_CONVERTS),
    ],
)
def test_so_many_of_its_numbers_answer(name: str, share: float) -> None:
    made = [WAVES[name].arrival(1, place) for place in range(800)]
    answered = sum(who.answers_after is not None for who in made) / len(made)
    assert answered == pytest.approx(share, abs=0.05)


def test_reputation_is_built_for_two_weeks_before_the_burst() -> None:
    built, burst = WAVES["reputation_build_up"], WAVES["reputation_then_burst"]
    assert built.requests == 140
    assert burst.begins == built.seconds == 14 * 24 * HOUR


def test_every_attacker_reads_mailboxes_and_one_has_bought_many_domains() -> None:
    def domains(name: str) -> set[str]:
        mailboxes = [WAVES[name].arrival(1, place).mailbox for place in range(900)]
        return {each.partition("@")[2] for each in mailboxes}

    assert len(domains("botnet_5000")) == 1 + given.CATCH_ALL_DOMAINS
    assert len(domains("mailboxes")) > 10 * given.CATCH_ALL_DOMAINS


def test_a_shorter_attack_shrinks_the_slow_ones_alike() -> None:
    short = {wave.name: wave for attack in attacks(4.8) for wave in attack.waves}
    assert short["low_and_slow"].seconds == pytest.approx(1.4 * 24 * HOUR)
    assert isinstance(short["botnet_5000"], Wave)
    assert short["botnet_5000"].requests == 172_800
