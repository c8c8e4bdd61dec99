"""The codes of what waits stand in URLs, in the order of urgency."""

from __future__ import annotations

import re

from otpguard.core.todo import Todo


def test_codes_are_plain_words_and_what_fails_comes_first() -> None:
    assert [todo for todo in Todo if not re.fullmatch("[a-z]+", todo)] == []
    assert list(Todo)[:2] == [Todo.EMERGENCY, Todo.ROUTES]
