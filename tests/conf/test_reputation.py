"""REPUTATION is read strictly; what it leaves out keeps its default."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from otpguard.conf import problems, settings
from otpguard.conf.reputation import ReputationConfig, read_reputation


def test_the_defaults_are_those_of_the_docs() -> None:
    found = settings().reputation
    assert (found.p0, found.p1, found.alpha, found.beta) == (0.75, 0.10, 0.001, 0.01)
    assert found.test.half_life == timedelta(days=14)
    assert (found.block, found.grace) == (timedelta(hours=12), timedelta(seconds=150))


def test_what_is_left_out_keeps_its_default() -> None:
    assert read_reputation({}) == ReputationConfig()
    found = read_reputation({"P0": 0.6, "HALF_LIFE_DAYS": 7, "BLOCK_HOURS": 24})
    assert (found.test.p0, found.test.p1) == (0.6, 0.10)
    assert (found.test.half_life, found.block) == (timedelta(days=7), timedelta(days=1))


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("strict", "E002"),
        ({"P2": 0.5}, "E001"),
        ({"P0": "0.75"}, "E002"),
        ({"P0": True}, "E002"),
        ({"P0": 0.1}, "E125"),
        ({"P0": 1}, "E125"),
        ({"P1": 0}, "E125"),
        ({"P1": 0.8}, "E125"),
        ({"ALPHA": 0.5}, "E125"),
        ({"BETA": -0.1}, "E125"),
        ({"P0": float("nan")}, "E125"),
        ({"HALF_LIFE_DAYS": 0}, "E002"),
        ({"HALF_LIFE_DAYS": 1.5}, "E002"),
        ({"BLOCK_HOURS": 169}, "E002"),
        ({"GRACE_SECONDS": 29}, "E002"),
        ({"GRACE_SECONDS": 901}, "E002"),
    ],
)
def test_what_cannot_tell_people_from_pumping_is_a_mistake(value: Any, number: str) -> None:
    assert [each.check for each in problems({"REPUTATION": value})] == [f"otpguard.{number}"]
