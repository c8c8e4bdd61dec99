"""What a factor is worth, in words, by the profile that counts."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.core.assurance import FactorKind, Primary
from otpguard.core.decision import EnrolledFactor
from otpguard.web import worth
from tests import factories

FACTS = factories.facts(primary=Primary.PASSWORD)


def factor(kind: FactorKind, **known: Any) -> EnrolledFactor:
    return EnrolledFactor(id="", kind=kind, **known)


@pytest.mark.parametrize(
    ("enrolled", "words"),
    [
        (factor(FactorKind.PHONE), "Your phone code proves AAL2: enough for most actions."),
        (factor(FactorKind.TOTP), "The code of your app proves AAL2: enough for most actions."),
        (
            factor(FactorKind.TOTP, hardware=True),
            "The code of your hardware token proves AAL3: enough for every action.",
        ),
        (factor(FactorKind.PASSKEY), "Your passkey proves AAL3: enough for every action."),
    ],
)
def test_each_kind_says_what_it_proves(enrolled: EnrolledFactor, words: str) -> None:
    assert worth.sentence(enrolled, FACTS) == words


def test_by_the_standard_read_strictly_a_synced_passkey_is_worth_less(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "ASSURANCE_PROFILE": "nist-800-63b-4"}
    synced = factor(FactorKind.PASSKEY, backup_eligible=True)
    assert "AAL2" in worth.sentence(synced, FACTS)
    assert "AAL3" in worth.offer(FactorKind.PASSKEY, FACTS)


def test_without_a_password_a_phone_is_worth_little() -> None:
    words = worth.sentence(factor(FactorKind.PHONE), factories.facts(primary=Primary.NONE))
    assert words == "Your phone code proves AAL1: little on its own."


def test_only_what_is_sent_needs_an_alternative_beside_it() -> None:
    """NIST SP 800-63B-4, 3.2.9."""
    assert [kind for kind in FactorKind if worth.is_restricted(kind)] == [FactorKind.PHONE]
