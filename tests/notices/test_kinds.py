"""Kinds of notices: each declared, and what they may name read strictly."""

from __future__ import annotations

from otpguard.core.audience import Audience
from otpguard.notices.kinds import KINDS, NoticeKind


def test_every_kind_is_declared_with_words_of_its_own() -> None:
    assert set(KINDS) == set(NoticeKind)
    assert len({str(kind.action) for kind in KINDS.values()}) == len(KINDS)


def test_a_link_to_lock_and_the_masked_values_go_to_the_billing_admins() -> None:
    assert KINDS[NoticeKind.BILLING_CHANGED].audience is Audience.BILLING_ADMINS
