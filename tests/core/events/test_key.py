"""The events of keys say which key, and never its secret."""

from __future__ import annotations

from dataclasses import fields

import pytest

from otpguard.core.events.base import Event
from otpguard.core.events.key import (
    KeyCreated,
    KeyDeleted,
    KeyRevealed,
    KeyRotated,
    KeyScopeChanged,
)


@pytest.mark.parametrize("kind", [KeyCreated, KeyRotated, KeyScopeChanged, KeyRevealed, KeyDeleted])
def test_each_says_which_key_for_what_and_when_it_was_confirmed(kind: type[Event]) -> None:
    names = {each.name for each in fields(kind)}
    assert {"key", "name", "environment", "scope", "stepped_up_at"} <= names
    assert names - {"before", "reason"} == {"key", "name", "environment", "scope", "stepped_up_at"}


def test_a_changed_scope_is_told_with_the_one_before() -> None:
    told = KeyScopeChanged(key="1", name="ci", environment="test", scope="write", before="read")
    assert (told.data()["before"], told.data()["scope"]) == ("read", "write")
