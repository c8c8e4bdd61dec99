"""The narrowest prefix that explains the finding is blocked, before a country is."""

from __future__ import annotations

from datetime import UTC, datetime

from otpguard.core.pumping.conversion import ConversionTest, RunningSum
from otpguard.core.pumping.firing import Firing, Sum, narrowest
from otpguard.core.pumping.prefixes import PrefixKey, PrefixLevel

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEST = ConversionTest()
COUNTRY = PrefixKey(PrefixLevel.COUNTRY, "PK", "stranger")
SHORT, OTHER = PrefixKey(PrefixLevel.SHORT, "+92300"), PrefixKey(PrefixLevel.SHORT, "+92333")
LONG = PrefixKey(PrefixLevel.MIDDLE, "+9230012")


def total(amount: float) -> RunningSum:
    return RunningSum(at=NOW, total=amount)


def fire(
    path: dict[PrefixKey, float], children: dict[PrefixKey, dict[PrefixKey, float]]
) -> Firing | None:
    def below(key: PrefixKey) -> list[Sum]:
        return [(each, total(amount)) for each, amount in children.get(key, {}).items()]

    return narrowest(TEST, [(key, total(amount)) for key, amount in path.items()], below)


def test_nothing_is_blocked_below_the_threshold() -> None:
    assert fire({COUNTRY: 6.8, SHORT: 6.8}, {COUNTRY: {SHORT: 6.8}}) is None


def test_a_child_that_holds_all_is_blocked_in_place_of_its_country() -> None:
    found = fire({COUNTRY: 7.7, SHORT: 7.7}, {COUNTRY: {SHORT: 7.7}, SHORT: {LONG: 7.7}})
    assert found == Firing(blocked=LONG, total=7.7, halved=(COUNTRY, SHORT, LONG))


def test_a_child_of_another_number_is_found_too() -> None:
    found = fire({COUNTRY: 7.0, SHORT: 1.2}, {COUNTRY: {SHORT: 1.2, OTHER: 5.8}})
    assert found is not None
    assert (found.blocked, found.halved) == (OTHER, (COUNTRY, OTHER))


def test_a_finding_that_is_spread_blocks_the_wider_one() -> None:
    found = fire({COUNTRY: 10.0, SHORT: 7.9}, {COUNTRY: {SHORT: 7.9, OTHER: 2.1}})
    assert found is not None
    assert (found.blocked, found.halved) == (COUNTRY, (COUNTRY,))


def test_four_fifths_are_enough_for_a_child() -> None:
    found = fire({COUNTRY: 10.0}, {COUNTRY: {SHORT: 8.0}})
    assert found is not None
    assert found.blocked == SHORT


def test_a_prefix_fires_by_itself_while_its_country_is_calm() -> None:
    found = fire({COUNTRY: 0.0, SHORT: 7.0}, {})
    assert found is not None
    assert found.blocked == SHORT
