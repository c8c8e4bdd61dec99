"""MONEY: each number can be set, and a mistake says what is wrong."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.conf.money import KEYS, read_money
from otpguard.conf.values import SettingsError
from otpguard.core.pumping.money.terms import MoneyTerms


def test_what_is_not_set_has_its_default() -> None:
    assert read_money({}) == MoneyTerms()
    assert read_money({"PREFIX_ALL": 5}) == MoneyTerms(prefix_all=5)


@pytest.mark.parametrize("key", sorted(set(KEYS) - {"EXPECTED_COUNTRIES"}))
def test_every_amount_is_a_whole_number(key: str) -> None:
    for wrong in (-1, "1", 1.5, True, None):
        with pytest.raises(SettingsError) as caught:
            read_money({key: wrong})
        assert caught.value.problem.check == "otpguard.E002"


@pytest.mark.parametrize(
    ("raw", "check"),
    [
        ({"PREFIX_AL": 1}, "otpguard.E001"),
        (7, "otpguard.E002"),
        ({"HOUR_SHARE": 0}, "otpguard.E140"),
        ({"WARNING_SHARE": 101}, "otpguard.E140"),
        ({"CHEAP_UP_TO": 100_000}, "otpguard.E141"),
        ({"EXPECTED_COUNTRIES": {"usa": 5}}, "otpguard.E142"),
        ({"EXPECTED_COUNTRIES": {"US": 60, "GB": 41}}, "otpguard.E142"),
        ({"EXPECTED_COUNTRIES": {"US": "60"}}, "otpguard.E002"),
    ],
)
def test_a_mistake_has_its_number(raw: Any, check: str) -> None:
    with pytest.raises(SettingsError) as caught:
        read_money(raw)
    assert caught.value.problem.check == check


def test_shares_of_countries_are_read() -> None:
    terms = read_money({"EXPECTED_COUNTRIES": {"US": 60, "GB": 40}})
    assert dict(terms.expected_countries) == {"US": 60, "GB": 40}
