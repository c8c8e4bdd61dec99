"""What drivers tell of answers, as values."""

from __future__ import annotations

from otpguard.core import shipped_kinds
from otpguard.factors.base import Missed, Shown


def test_what_is_shown_claims_nothing_that_was_not_seen() -> None:
    shown = Shown(method=shipped_kinds.BY_PASSKEY, spend=lambda: True)
    assert (shown.user_verified, shown.backup_eligible, shown.attested) == (False, True, False)


def test_a_miss_is_a_wrong_answer_unless_more_is_known() -> None:
    assert Missed().reason == "wrong"
