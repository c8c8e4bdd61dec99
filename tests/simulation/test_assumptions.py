"""The assumptions are the given mix, and they fit together."""

from __future__ import annotations

import pytest

from otpguard.simulation import assumptions as given


def test_the_given_mix_is_what_is_played() -> None:
    assert given.CONVERSION == 0.85
    assert given.BEHIND_SHARED_IP == 0.25
    assert given.IN_BURSTS == 0.02
    assert (given.CONFERENCE, given.CONFERENCE_SECONDS) == (300, 1_800)
    assert (given.FEW_CONVERT, given.BUILD_UP_CONVERTS, given.BUILD_UP_DAYS) == (0.20, 0.70, 14)
    assert (given.A_SECOND, given.BOTNET, given.ATTACK_HOURS) == (10, 5_000, 48)


def test_shares_of_countries_add_up_and_each_has_a_price() -> None:
    assert sum(given.COUNTRIES.values()) == pytest.approx(1.0)
    assert set(given.COUNTRIES) == set(given.PRICES)


def test_at_every_shared_ip_are_fifty_people_or_more() -> None:
    assert min(given.SHARED_IPS.values()) >= 50
    assert max(given.SHARED_IPS.values()) == 500


def test_an_unlisted_country_costs_what_a_pumped_message_does_on_average() -> None:
    assert given.price_of("US") == 11_800
    assert given.price_of("AZ") == 134_000


def test_no_far_country_is_one_of_the_sites() -> None:
    assert not set(given.FAR_COUNTRIES) & set(given.COUNTRIES)
    assert set(given.DEAR) <= set(given.COUNTRIES)
