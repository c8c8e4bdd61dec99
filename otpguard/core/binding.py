"""What somebody must prove before their factors change (NIST SP 800-63B-4, 4.1.2).

The level to authenticate at is the lower of the highest one that the person's factors reach now and
the one that the factor in question serves: who has a passkey shows it before another joins it or
it goes, who has a phone only can add a passkey by the phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from otpguard.core.assurance import AssuranceLevel, AssuranceProfile, FactorKind, Primary
from otpguard.core.decision import EnrolledFactor, potential
from otpguard.core.presets import BASE

CHANGE = "factor_change"
STRONG = "factor_change.strong"


def serves(
    factor: EnrolledFactor, *, profile: AssuranceProfile, primary: Primary
) -> AssuranceLevel | None:
    """The best level that a factor reaches anywhere, whatever one checkpoint's policy allows."""
    return potential(factor, policy=BASE, profile=profile, primary=primary)


def best_of_kind(kind: FactorKind) -> EnrolledFactor:
    """The best factor of a kind that a person can enroll alone."""
    return EnrolledFactor(id="", kind=kind, backup_eligible=False, attested=True)


def checkpoint_to_change(
    factor: EnrolledFactor,
    *,
    enrolled: Sequence[EnrolledFactor],
    profile: AssuranceProfile,
    primary: Primary,
    now: datetime,
) -> str:
    """The checkpoint that guards adding or removing `factor`, given what is enrolled."""
    ready = [each for each in enrolled if each.usable_from is None or each.usable_from <= now]
    reached = [serves(each, profile=profile, primary=primary) for each in ready]
    highest = max((level for level in reached if level is not None), default=None)
    asked = serves(replace(factor, usable_from=None), profile=profile, primary=primary)
    strong = AssuranceLevel.AAL3
    return STRONG if highest is strong and asked is strong else CHANGE
