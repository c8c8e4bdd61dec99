"""Each way to tamper with a sequence has its own name."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from otpguard.core.sealing.damage import (
    ADRIFT,
    AHEAD,
    REMEMBERED,
    SAID,
    Damage,
    Damaged,
    Met,
    Strays,
    align,
)
from otpguard.core.sealing.tree import leaf_hash

SEALED = [f"e{n}" for n in range(3_000)]


def hashed(events: Sequence[str]) -> list[tuple[bytes, str]]:
    return [(leaf_hash(each.encode()), each) for each in events]


def damages(events: Sequence[str]) -> set[tuple[str, int | None, str]]:
    """What is found when these stand where SEALED were."""
    log = {leaf: index for index, (leaf, _) in enumerate(hashed(SEALED))}
    strays: Strays[str] = Strays("log", str)
    for met in align(log.items(), hashed(events)):
        if not met.same:
            strays.remember(met)
    found = strays.damages(lambda leaves: frozenset(leaves & log.keys()))
    return {(each.damage.value, each.index, each.event) for each in found}


def test_what_was_sealed_is_all_right() -> None:
    assert damages(SEALED) == set()


@pytest.mark.parametrize("at", [0, 1, 100, 2_999])
def test_one_changed_event_is_named_with_its_index(at: int) -> None:
    assert damages([*SEALED[:at], "x", *SEALED[at + 1 :]]) == {("changed", at, "x")}


@pytest.mark.parametrize("at", [0, 1, 100, 2_999])
def test_one_removed_event_is_named_by_its_index(at: int) -> None:
    assert damages([*SEALED[:at], *SEALED[at + 1 :]]) == {("removed", at, "")}


@pytest.mark.parametrize("at", [0, 1, 100, 3_000])
def test_one_added_event_is_named(at: int) -> None:
    assert damages([*SEALED[:at], "x", *SEALED[at:]]) == {("added", None, "x")}


def test_two_swapped_events_are_named_as_moved() -> None:
    for other in (5, 200, 2_950):
        swapped = [*SEALED]
        swapped[3], swapped[other] = swapped[other], swapped[3]
        assert damages(swapped) == {("moved", 3, "e3"), ("moved", other, f"e{other}")}


@pytest.mark.parametrize("to", [4, 200, 2_950])
def test_one_event_in_another_place_is_named_and_no_other(to: int) -> None:
    rest = [*SEALED[:3], *SEALED[4:]]
    assert damages([*rest[:to], "e3", *rest[to:]]) == {("moved", 3, "e3")}


def test_an_event_that_is_there_twice_is_named() -> None:
    for at in (11, 120, 3_000):
        assert damages([*SEALED[:at], "e7", *SEALED[at:]]) == {("duplicated", None, "e7")}


def test_one_deleted_and_one_inserted_are_not_the_same_number() -> None:
    """A count alone proves nothing."""
    changed = [*SEALED[:5], *SEALED[6:100], "x", *SEALED[100:]]
    assert len(changed) == len(SEALED)
    assert damages(changed) == {("removed", 5, ""), ("added", None, "x")}


def test_a_run_longer_than_the_look_ahead_is_still_named() -> None:
    removed = {("removed", at, "") for at in range(10, 10 + AHEAD - 1)}
    assert damages([*SEALED[:10], *SEALED[10 + AHEAD - 1 :]]) == removed
    found = damages([*SEALED[:10], *SEALED[10 + 2 * AHEAD :]])
    assert {("removed", at, "") for at in range(10, 10 + 2 * AHEAD)} <= found
    assert len(found) <= 2 * AHEAD + ADRIFT


def test_only_so_many_are_remembered_and_the_rest_is_counted() -> None:
    strays: Strays[str] = Strays("log", str)
    for number in range(REMEMBERED + 5):
        strays.remember(Met(number, b"%d" % number, None, None))
    assert strays.left_out == 5


def test_every_damage_has_a_sentence() -> None:
    assert set(SAID) == set(Damage)
    said = str(Damaged(damage=Damage.REMOVED, log="l", index=3, event="e", detail="d"))
    assert said == f"l #3 event e: removed: {SAID[Damage.REMOVED]} (d)"
