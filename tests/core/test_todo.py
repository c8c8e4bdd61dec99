"""The codes of what waits stand in URLs, in the order of urgency."""

from __future__ import annotations

import re

from otpguard.core.todo import Todo


def test_codes_are_plain_words_and_failing_routes_come_first() -> None:
    assert [todo for todo in Todo if not re.fullmatch("[a-z]+", todo)] == []
    assert next(iter(Todo)) is Todo.ROUTES
