"""Loud registries."""

from __future__ import annotations

import pytest

from otpguard.core.registry import DuplicateNameError, Registry, UnknownNameError, nearest


@pytest.fixture
def colors() -> Registry[int]:
    registry: Registry[int] = Registry("color")
    registry.add("red", 1)
    registry.add("blue", 0)
    return registry


def test_names_and_values_come_in_the_order_of_registration(colors: Registry[int]) -> None:
    assert colors.names() == ["red", "blue"]
    assert list(colors) == [1, 0]
    assert len(colors) == 2
    assert colors.get("blue") == 0


def test_a_name_is_known_or_not(colors: Registry[int]) -> None:
    assert "red" in colors
    assert "green" not in colors
    assert 1 not in colors


def test_a_name_registered_twice_is_refused_and_the_first_stays(colors: Registry[int]) -> None:
    with pytest.raises(DuplicateNameError, match='color "red" is registered twice'):
        colors.add("red", 2)
    assert colors.get("red") == 1


def test_a_misspelt_name_names_the_nearest(colors: Registry[int]) -> None:
    with pytest.raises(UnknownNameError, match='unknown color "bleu": did you mean "blue"'):
        colors.get("bleu")


def test_a_name_near_to_none_lists_all(colors: Registry[int]) -> None:
    with pytest.raises(UnknownNameError, match="known: blue, red"):
        colors.get("xyzzy")


def test_the_nearest_three_are_named_where_more_than_one_is_asked_for() -> None:
    known = ["auth_user_add", "auth_user_change", "auth_user_delete", "auth_user_view", "home"]
    hint = nearest("auth_user_ad", known, most=3)
    assert hint.startswith('did you mean "auth_user_add", "auth_user_')
    assert hint.count('"') == 6
    assert " or " in hint
    assert nearest("hom", known, most=3) == 'did you mean "home"?'


def test_of_very_many_names_three_are_listed_and_never_all() -> None:
    many = [f"view-{number}" for number in range(192)]
    hint = nearest("xyzzy", many, most=3)
    assert hint.startswith("the nearest are ")
    assert hint.count('"') == 6


def test_a_changed_list_of_names_changes_nothing_registered(colors: Registry[int]) -> None:
    colors.names().clear()
    assert len(colors) == 2


def test_a_hint_stands_even_where_nothing_is_known() -> None:
    assert nearest("anything", []) == "known: "
