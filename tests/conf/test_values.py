"""Values are read strictly, and a mistake carries the number of its check."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.conf.values import Problem, SettingsError, mapping, names, of_type


@pytest.mark.parametrize(
    ("value", "wanted"), [(1, int), (0, int), ("x", str), (True, bool)], ids=repr
)
def test_a_value_of_its_type_is_taken(value: Any, wanted: type[Any]) -> None:
    assert of_type(value, wanted) is value


@pytest.mark.parametrize(
    ("value", "wanted"), [(True, int), (-1, int), (1, str), (None, bool), (1, bool)], ids=repr
)
def test_a_value_of_another_type_is_refused(value: Any, wanted: type[Any]) -> None:
    with pytest.raises(SettingsError, match="must be of type"):
        of_type(value, wanted)


def test_a_single_string_is_no_list_of_strings() -> None:
    assert names(["a", "b"]) == ("a", "b")
    for wrong in ("ab", [1], None, {"a"}):
        with pytest.raises(SettingsError, match="list of strings"):
            names(wrong)


def test_a_dictionary_has_strings_for_keys() -> None:
    assert mapping({"a": 1}) == {"a": 1}
    for wrong in ({1: 1}, [], "a"):
        with pytest.raises(SettingsError, match="string keys"):
            mapping(wrong)


def test_a_mistake_carries_its_number() -> None:
    assert SettingsError("otpguard.E002", "no").problem == Problem("otpguard.E002", "no")
