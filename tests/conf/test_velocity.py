"""The table of caps in the settings."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.conf import problems
from otpguard.conf.velocity import read_velocity
from otpguard.core.pumping.velocity import TABLE, RowName, Velocity


def test_what_is_not_named_keeps_its_default() -> None:
    found = read_velocity({"IP_HOUR": {"STANDARD": 30}}).cells
    assert (found[RowName.IP_HOUR].strict, found[RowName.IP_HOUR].standard) == (5, 30)
    assert {name: cell for name, cell in found.items() if name is not RowName.IP_HOUR} == {
        name: row.cell for name, row in TABLE.items() if name is not RowName.IP_HOUR
    }
    assert read_velocity({}) == Velocity()


@pytest.mark.parametrize(
    ("value", "number", "says"),
    [
        ({"IP_HUOR": {}}, "otpguard.E001", 'did you mean "IP_HOUR"'),
        ({"IP_HOUR": {"STRIKT": 1}}, "otpguard.E001", 'did you mean "STRICT"'),
        ({"IP_HOUR": 5}, "otpguard.E002", "dictionary"),
        ({"IP_HOUR": {"STRICT": "5"}}, "otpguard.E002", "whole number"),
        ({"IP_HOUR": {"STRICT": True}}, "otpguard.E002", "whole number"),
        ({"IP_HOUR": {"STRICT": 0}}, "otpguard.E115", "from 1"),
        ({"IP_HOUR": {"STANDARD": -1}}, "otpguard.E115", "from 1"),
        ({"IP_HOUR": {"STANDARD": 201}}, "otpguard.E115", "CEILING of 200"),
        ({"IP_HOUR": {"CEILING": 9}}, "otpguard.E115", "STANDARD"),
        ({"IP_HOUR": {"CEILING": 1_000_001}}, "otpguard.E115", "1,000,000"),
        ({"IP_HOUR": {"CEILING": 0}}, "otpguard.E115", "CEILING"),
    ],
)
def test_no_cell_can_be_switched_off_or_pass_its_ceiling(
    value: Any, number: str, says: str
) -> None:
    (problem,) = problems({"VELOCITY": value})
    assert problem.check == number
    assert says in problem.message


def test_every_row_is_told_of_its_own_mistake() -> None:
    found = problems({"VELOCITY": {"IP_HOUR": {"STRICT": 0}, "IP_DAY": {"STRICT": 0}}})
    assert [each.message.split(":")[1].strip() for each in found] == ["IP_HOUR", "IP_DAY"]
