"""A module is named after what it holds, never after the fact that it holds something."""

from __future__ import annotations

from tests.house.source import PACKAGE, place

SAYS_NOTHING = frozenset(
    {"utils", "helpers", "services", "mixins", "common", "managers", "constants"}
)


def test_no_module_or_room_has_a_name_that_says_nothing() -> None:
    found = [place(path) for path in PACKAGE.rglob("*") if path.stem in SAYS_NOTHING]
    assert found == []
