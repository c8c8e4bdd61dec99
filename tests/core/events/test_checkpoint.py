"""What the guard answers is counted, so that a flood of requests is one row."""

from __future__ import annotations

import pytest

from otpguard.core.events import checkpoint
from otpguard.core.events.base import Event


@pytest.mark.parametrize(
    "event",
    [
        checkpoint.CheckpointRequired(level="AAL2", reason="no_proof"),
        checkpoint.CheckpointHeld(until="2026-01-01T00:00:00+00:00"),
        checkpoint.CheckpointDenied(reason="not_a_member"),
        checkpoint.CheckpointReported(level="AAL2", reason="no_proof"),
    ],
    ids=lambda event: event.code,
)
def test_a_refusal_stands_for_one_request_unless_it_says_more(event: Event) -> None:
    assert event.data()["count"] == 1


def test_a_pass_says_by_which_proof() -> None:
    passed = checkpoint.CheckpointPassed(grant="g", method="totp", level="AAL2", bound=True)
    assert (passed.code, passed.data()["method"]) == ("checkpoint.passed", "totp")
