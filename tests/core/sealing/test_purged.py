"""What the body of a purge says, and what is none."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.core.sealing.purged import FLOOR, purged_by
from tests.core.sealing.purges import AT, BEFORE, body


def test_it_says_up_to_where_and_why() -> None:
    purged = purged_by(body())
    assert purged is not None
    assert purged.said() == ("the first 7 events were purged: sealed before 2025-05-01 (1 years)")


def test_events_go_when_their_seal_is_older_than_the_term_and_the_floor() -> None:
    purged = purged_by(body())
    assert purged is not None
    assert purged.is_due(BEFORE - timedelta(seconds=1))
    assert not purged.is_due(BEFORE)
    young = purged_by(body(before=AT.isoformat()))
    assert young is not None
    assert young.is_due(AT - FLOOR)
    assert not young.is_due(AT - FLOOR + timedelta(seconds=1))


@pytest.mark.parametrize(
    "text",
    [
        body("checkpoint.passed"),
        body(below=0),
        body(below="x"),
        body(years=0),
        body(root="00"),
        body(root="zz" * 32),
        body(before=(AT + timedelta(days=1)).isoformat()),
        body(before="2025-05-01"),
        "{}",
        "[]",
        "x",
        "[" * 100_000,
    ],
)
def test_what_is_broken_is_no_purge(text: str) -> None:
    assert purged_by(text) is None
