"""Every reason of a risk has words for people and for operators."""

from __future__ import annotations

from otpguard.core.risk import RiskReason
from otpguard.core.risk_words import TO_OPERATORS, TO_PEOPLE


def test_every_reason_has_words_and_no_two_share_them() -> None:
    for words in (TO_PEOPLE, TO_OPERATORS):
        assert set(words) == set(RiskReason)
        assert len(set(words.values())) == len(words)
    assert all(text.endswith(".") for text in TO_PEOPLE.values())
