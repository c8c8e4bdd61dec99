"""To change a factor, people prove the best they have, as far as the factor in question reaches."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.core import shipped_kinds
from otpguard.core.assurance import NIST_800_63B_4, SAAS_2026, Primary
from otpguard.core.binding import CHANGE, STRONG, checkpoint_to_change
from otpguard.core.choose import best_level, best_of_kind
from otpguard.core.decision import EnrolledFactor
from tests.core.strategies import NOW

PHONE = EnrolledFactor(id="phone", kind=shipped_kinds.PHONE)
APP = EnrolledFactor(id="app", kind=shipped_kinds.TOTP)
PASSKEY = EnrolledFactor(id="passkey", kind=shipped_kinds.PASSKEY)
TOKEN = EnrolledFactor(id="token", kind=shipped_kinds.TOTP, hardware=True)
CODES = EnrolledFactor(id="codes", kind=shipped_kinds.RECOVERY)


@pytest.mark.parametrize(
    ("enrolled", "changed", "guard"),
    [
        ([], PHONE, CHANGE),
        ([], PASSKEY, CHANGE),
        ([PHONE], PASSKEY, CHANGE),  # who has a phone only adds a passkey by the phone
        ([PHONE, APP], APP, CHANGE),
        ([PASSKEY], PHONE, CHANGE),  # a phone reaches AAL2 only, so AAL2 is asked
        ([PASSKEY], PASSKEY, STRONG),
        ([PHONE, PASSKEY], PASSKEY, STRONG),
        ([TOKEN], PASSKEY, STRONG),
        ([CODES], PASSKEY, CHANGE),
    ],
    ids=lambda value: getattr(value, "id", None),
)
def test_the_lower_of_what_is_there_and_what_comes_is_asked(
    enrolled: list[EnrolledFactor], changed: EnrolledFactor, guard: str
) -> None:
    """NIST SP 800-63B-4, 4.1.2."""
    found = checkpoint_to_change(
        changed, enrolled=enrolled, profile=SAAS_2026, primary=Primary.PASSWORD, now=NOW
    )
    assert found == guard


def test_a_factor_that_still_waits_cannot_be_asked_for() -> None:
    waiting = EnrolledFactor(
        id="new", kind=shipped_kinds.PASSKEY, usable_from=NOW + timedelta(hours=1)
    )
    found = checkpoint_to_change(
        PASSKEY, enrolled=[PHONE, waiting], profile=SAAS_2026, primary=Primary.PASSWORD, now=NOW
    )
    assert found == CHANGE


def test_by_nist_a_synced_passkey_is_no_aal3_to_ask_for() -> None:
    found = checkpoint_to_change(
        best_of_kind(shipped_kinds.PASSKEY),
        enrolled=[PASSKEY],
        profile=NIST_800_63B_4,
        primary=Primary.PASSWORD,
        now=NOW,
    )
    assert found == CHANGE


def test_recovery_codes_are_worth_something_and_no_factor_of_ones_own() -> None:
    assert best_level(CODES, profile=SAAS_2026, primary=Primary.PASSWORD) is not None
