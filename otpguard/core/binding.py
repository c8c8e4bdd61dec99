"""What somebody must prove before their factors change (NIST SP 800-63B-4, 4.1.2).

The level to prove is the lower of two: the highest level that the person's factors reach now, and
the level that the factor in question serves. A person with a passkey must use it to add or remove
one; a person with only a phone can add a passkey by the phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from otpguard.core.assurance import AssuranceLevel, AssuranceProfile, Primary
from otpguard.core.choose import best_level
from otpguard.core.decision import EnrolledFactor

CHANGE = "factor_change"
STRONG = "factor_change.strong"


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
    reached = [best_level(each, profile=profile, primary=primary) for each in ready]
    highest = max((level for level in reached if level is not None), default=None)
    asked = best_level(replace(factor, usable_from=None), profile=profile, primary=primary)
    strong = AssuranceLevel.AAL3
    return STRONG if highest is strong and asked is strong else CHANGE
