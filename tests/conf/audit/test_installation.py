"""The name of an installation."""

from __future__ import annotations

import pytest

from otpguard.conf.audit.installation import LONGEST, read_installation
from otpguard.conf.values import SettingsError


@pytest.mark.parametrize("name", ["", "a", "audit.example.com/7f3c2a90", "x" * LONGEST])
def test_a_name_is_taken_as_it_is(name: str) -> None:
    assert read_installation(name) == name


@pytest.mark.parametrize(
    "name", ["a b", "a+b", "A", "/a", "a/", "a//b", "a\n", "é", "-a", "x" * (LONGEST + 1)]
)
def test_what_no_note_could_carry_is_refused(name: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_installation(name)
    assert refused.value.problem.check == "otpguard.E143"


def test_a_number_is_no_name() -> None:
    with pytest.raises(SettingsError):
        read_installation(7)
