"""What a factor is worth, in words, by the profile that counts."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core import shipped_kinds
from otpguard.core.assurance import Primary
from otpguard.core.decision import EnrolledFactor
from otpguard.core.factor_kind import FactorKind
from otpguard.web.security import strength
from tests import factories

FACTS = factories.facts(primary=Primary.PASSWORD)


def factor(kind: FactorKind, **known: Any) -> EnrolledFactor:
    return EnrolledFactor(id="", kind=kind, **known)


@pytest.mark.parametrize(
    ("enrolled", "words"),
    [
        (factor(shipped_kinds.PHONE), "Enough for most actions."),
        (factor(shipped_kinds.TOTP), "Enough for most actions."),
        (factor(shipped_kinds.TOTP, hardware=True), "Enough for every action."),
        (factor(shipped_kinds.PASSKEY), "Enough for every action."),
    ],
)
def test_each_kind_says_what_it_is_good_for(enrolled: EnrolledFactor, words: str) -> None:
    assert strength.sentence(enrolled, FACTS) == words


def test_by_the_standard_read_strictly_a_synced_passkey_is_worth_less(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "ASSURANCE_PROFILE": "nist-800-63b-4"}
    synced = factor(shipped_kinds.PASSKEY, backup_eligible=True)
    assert "most actions" in strength.sentence(synced, FACTS)
    assert "every action" in strength.offer(shipped_kinds.PASSKEY, FACTS)


def test_without_a_password_a_phone_is_worth_little() -> None:
    words = strength.sentence(factor(shipped_kinds.PHONE), factories.facts(primary=Primary.NONE))
    assert words == "Little on its own."


def test_only_what_is_sent_needs_an_alternative_beside_it() -> None:
    """NIST SP 800-63B-4, 3.2.9."""
    assert [kind for kind in shipped_kinds.SHIPPED.values() if strength.is_restricted(kind)] == [
        shipped_kinds.PHONE
    ]
