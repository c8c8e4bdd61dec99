"""What the layer says: another way for a prefix, a question for a country, nothing for an owner."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from otpguard.core.phone import parse_phone
from otpguard.core.pumping.attempt import Attempt, NetworkFacts, NetworkKind, SpendLane
from otpguard.core.pumping.prefix_rules import ListAction, ListedPrefix
from otpguard.core.pumping.prefixes import PrefixKey, PrefixLevel
from otpguard.core.pumping.reputation import (
    KnownPrefix,
    keys_of_attempt,
    signal_of,
)
from otpguard.core.pumping.verdict import Action

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PAKISTAN = Attempt(
    now=NOW,
    source="signup",
    number=parse_phone("+92 300 1234567", region="US"),
    phone_index="i",
    lane=SpendLane.STRANGER,
    network=NetworkFacts(kind=NetworkKind.ORDINARY, asn=64_500),
)
AMERICA = replace(PAKISTAN, number=parse_phone("+1 415 555 2671", region="US"))
BLOCKED = KnownPrefix(share=1.0, blocked_until=NOW + timedelta(seconds=1))
LAPSED = KnownPrefix(share=0.0, blocked_until=NOW)
LONG, SHORT = PrefixKey(PrefixLevel.LONG, "+923001234"), PrefixKey(PrefixLevel.SHORT, "+92300")
AREA, EXCHANGE = PrefixKey(PrefixLevel.SHORT, "+1415"), PrefixKey(PrefixLevel.MIDDLE, "+1415555")
ASN = PrefixKey(PrefixLevel.ASN, "64500")


def country(lane: SpendLane) -> PrefixKey:
    return PrefixKey(PrefixLevel.COUNTRY, "PK", lane.value)


def said(
    attempt: Attempt, *known: tuple[PrefixKey, KnownPrefix], listed: ListedPrefix | None = None
) -> tuple[Action, str, int] | None:
    signal = signal_of(attempt, dict(known), listed)
    return None if signal is None else (signal.action, signal.reason, signal.work_level)


def opens_reserve(attempt: Attempt, *keys: PrefixKey) -> bool:
    signal = signal_of(attempt, dict.fromkeys(keys, BLOCKED), None)
    return signal is not None and signal.opens_reserve


def test_it_says_nothing_of_what_it_does_not_know() -> None:
    assert said(PAKISTAN) is None
    assert said(PAKISTAN, (PrefixKey(PrefixLevel.SHORT, "+92333"), BLOCKED)) is None


@pytest.mark.parametrize("key", [LONG, SHORT])
def test_a_blocked_prefix_asks_for_another_way_in_every_lane_but_the_owners(key: PrefixKey) -> None:
    for lane in set(SpendLane) - {SpendLane.OWNER}:
        found = said(replace(PAKISTAN, lane=lane), (key, BLOCKED))
        assert found == (Action.ANOTHER_WAY, "prefix_blocked", 0)


def test_statistics_say_nothing_of_a_number_that_its_owner_confirmed() -> None:
    owner = replace(PAKISTAN, lane=SpendLane.OWNER)
    keys = keys_of_attempt(owner)
    assert said(owner, *product(keys, [BLOCKED])) is None


def test_a_block_that_is_over_says_nothing() -> None:
    assert said(PAKISTAN, (LONG, LAPSED)) is None


@pytest.mark.parametrize("lane", [SpendLane.STRANGER, SpendLane.MAILED])
def test_a_country_that_fires_asks_strangers_and_opens_the_reserve(lane: SpendLane) -> None:
    found = said(replace(PAKISTAN, lane=lane), (country(lane), BLOCKED))
    assert found == (Action.PROOF_OF_WORK, "country_fired", 2)
    assert opens_reserve(replace(PAKISTAN, lane=lane), country(lane))


@pytest.mark.parametrize("lane", [SpendLane.KNOWN, SpendLane.INVITED])
def test_a_country_that_fires_is_nothing_to_invited_and_known_people(lane: SpendLane) -> None:
    assert said(replace(PAKISTAN, lane=lane), (country(lane), BLOCKED)) is None


def test_a_country_fires_for_its_own_lane_alone() -> None:
    assert said(PAKISTAN, (country(SpendLane.MAILED), BLOCKED)) is None


def test_an_area_code_is_like_a_country_and_an_exchange_like_a_prefix() -> None:
    assert said(AMERICA, (AREA, BLOCKED)) == (Action.PROOF_OF_WORK, "area_code_fired", 2)
    assert opens_reserve(AMERICA, AREA)
    assert said(AMERICA, (EXCHANGE, BLOCKED)) == (Action.ANOTHER_WAY, "prefix_blocked", 0)
    assert not opens_reserve(AMERICA, EXCHANGE)


@pytest.mark.parametrize(
    ("kind", "level"),
    [
        (NetworkKind.ORDINARY, 1),
        (NetworkKind.UNKNOWN, 1),
        (NetworkKind.HOSTING, 3),
        (NetworkKind.TOR, 3),
        (NetworkKind.PROXY, 3),
    ],
)
def test_a_network_that_fires_only_asks(kind: NetworkKind, level: int) -> None:
    attempt = replace(PAKISTAN, network=NetworkFacts(kind=kind, asn=64_500))
    assert said(attempt, (ASN, BLOCKED)) == (Action.PROOF_OF_WORK, "network_fired", level)
    assert not opens_reserve(attempt, ASN)
    assert opens_reserve(attempt, ASN, country(attempt.lane)), "the harder puzzle is no way around"


@pytest.mark.parametrize(("share", "asks"), [(0.32, False), (0.34, True), (0.9, True)])
def test_a_narrow_prefix_asks_from_a_third_of_the_threshold(share: float, asks: bool) -> None:
    watched = KnownPrefix(share=share)
    found = said(PAKISTAN, (LONG, watched))
    assert found == ((Action.PROOF_OF_WORK, "prefix_watched", 1) if asks else None)


def test_wide_ones_and_networks_are_not_watched() -> None:
    watched = KnownPrefix(share=0.9)
    assert said(PAKISTAN, (country(SpendLane.STRANGER), watched), (ASN, watched)) is None
    assert said(AMERICA, (AREA, watched)) is None


def test_the_most_severe_finding_is_the_one_that_is_told() -> None:
    found = said(PAKISTAN, (country(SpendLane.STRANGER), BLOCKED), (LONG, BLOCKED), (ASN, BLOCKED))
    assert found == (Action.ANOTHER_WAY, "prefix_blocked", 0)


def test_a_listed_block_refuses_even_the_owner() -> None:
    rule = ListedPrefix(prefix="+92", action=ListAction.BLOCK, source="vendor")
    owner = replace(PAKISTAN, lane=SpendLane.OWNER)
    assert said(owner, listed=rule) == (Action.REFUSE, "listed_block", 0)


def test_a_listed_allowance_outweighs_the_statistics() -> None:
    rule = ListedPrefix(prefix="+92", action=ListAction.ALLOW)
    found = said(PAKISTAN, (LONG, BLOCKED), listed=rule)
    assert found == (Action.SEND, "listed_allow", 0)


def test_no_detail_has_the_number() -> None:
    signal = signal_of(PAKISTAN, {LONG: BLOCKED}, None)
    assert signal is not None
    assert "1234567" not in signal.detail
