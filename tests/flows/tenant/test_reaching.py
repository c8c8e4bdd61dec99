"""The condition says of each row what the core says of its value."""

from __future__ import annotations

from itertools import product
from typing import Any
from uuid import UUID

import pytest

from otpguard.conf import factor_kinds, settings
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.enrollment import reach
from otpguard.factors.enrolled import value_of
from otpguard.flows.tenant.reaching import reaching
from otpguard.models.factor import FACTORS, Factor
from tests import factories

pytestmark = pytest.mark.django_db
KNOWN, DENIED = UUID(int=1), UUID(int=2)
FLAGS = ("hardware", "user_verified", "backup_eligible", "attested")


@pytest.fixture
def every_factor() -> list[Factor]:
    """Each kind with each combination of what a factor is worth by."""
    rows = []
    for kind, *flags in product(factor_kinds(), *[(False, True)] * len(FLAGS)):
        for aaguid in (None, KNOWN, DENIED):
            person = factories.user()
            columns = dict(zip(FLAGS, flags, strict=True))
            index = f"index of {person.pk}" if kind == "phone" else ""
            rows.append(
                FACTORS.create(user=person, kind=kind, aaguid=aaguid, phone_index=index, **columns)
            )
    return rows


def expected(rows: list[Factor], level: AssuranceLevel | None) -> set[Any]:
    found = set()
    for row in rows:
        value = value_of(row)
        reached = None if value.kind.recovers else reach(value, settings().assurance_profile)
        if reached is not None and (level is None or reached >= level):
            found.add(row.pk)
    return found


@pytest.mark.parametrize("profile", ["saas-2026", "nist-800-63b-4"])
@pytest.mark.parametrize(
    "trust",
    [
        {},
        {"ATTESTATION_DENIED_AAGUIDS": [str(DENIED)]},
        {"ATTESTATION_AAGUIDS": [str(KNOWN)]},
        {"ATTESTATION_AAGUIDS": [str(KNOWN), str(DENIED)]}
        | {"ATTESTATION_DENIED_AAGUIDS": [str(DENIED)]},
    ],
    ids=["all", "one denied", "one allowed", "both"],
)
def test_rows_reach_a_level_as_their_values_do(
    settings: Any, every_factor: list[Factor], profile: str, trust: dict[str, Any]
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "ASSURANCE_PROFILE": profile, **trust}
    seen = []
    for level in (None, *AssuranceLevel):
        found = set(FACTORS.filter(reaching(level)).values_list("pk", flat=True))
        assert found == expected(every_factor, level), level
        seen.append(len(found))
    assert seen[0] > seen[-1] > 0, "something is asked"


def test_where_nobody_can_read_whom_to_trust_nothing_counts_as_attested(
    settings: Any, every_factor: list[Factor]
) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "ATTESTATION_ROOTS": ["/nowhere.pem"]}
    level = AssuranceLevel.AAL3
    found = set(FACTORS.filter(reaching(level)).values_list("pk", flat=True))
    assert found == expected(every_factor, level)
