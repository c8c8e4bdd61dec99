"""The upper limits of policy fields: those of the standard, whatever anybody wishes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from otpguard.core.assurance import AssuranceLevel


def minutes(count: float) -> timedelta:
    """`count` minutes, for tables that read well."""
    return timedelta(minutes=count)


TTL_CAP: Mapping[AssuranceLevel, timedelta] = {
    AssuranceLevel.AAL1: minutes(30),
    AssuranceLevel.AAL2: minutes(30),
    AssuranceLevel.AAL3: minutes(15),  # NIST SP 800-63B-4, 2.3.3
}
"""How long a proof may serve, by level."""
CODE_TTL_CAP = minutes(10)  # NIST SP 800-63B-4, 3.1.3.2
ATTEMPTS_CAP = 5


def at_every_level(value: Any) -> Mapping[AssuranceLevel, Any]:  # noqa: ANN401 (any field's type)
    """The same limit whatever the level."""
    return dict.fromkeys(AssuranceLevel, value)
