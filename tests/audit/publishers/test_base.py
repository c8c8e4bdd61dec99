"""What places say when they refuse."""

from __future__ import annotations

from otpguard.audit.publishers.base import NewerHeadError


def test_a_newer_head_is_carried_along_if_it_is_known() -> None:
    assert NewerHeadError("why").note == ""
    assert NewerHeadError("why", "note").note == "note"
