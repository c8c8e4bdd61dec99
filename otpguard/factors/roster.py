"""What all members of a tenant have enrolled: for pictures of the whole, in one read."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Any

from django.db import DatabaseError, InterfaceError

from otpguard.core.assurance import FactorKind
from otpguard.core.decision import EnrolledFactor
from otpguard.exceptions import StoreUnavailable
from otpguard.factors.enrolled import counting
from otpguard.models import Membership

COLUMNS = ("user_id", "kind", "hardware", "backup_eligible", "attested")


def roster_of(*, tenant: str) -> dict[Any, list[EnrolledFactor]]:
    """The factors that count in `tenant`, by the primary key of the active member they belong to.

    They carry no ids: factors that are worth the same are one value, so that thousands of members
    fit into little memory. Raises StoreUnavailable.
    """
    members = Membership.objects.filter(tenant_id=tenant, active=True).order_by().values("user_id")
    rows = counting(tenant=tenant).filter(user__in=members).order_by().values_list(*COLUMNS)
    found: dict[Any, list[EnrolledFactor]] = defaultdict(list)
    try:
        for user, *worth in rows.iterator():
            found[user].append(_value(*worth))
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the factors cannot be read") from error
    return found


@lru_cache(maxsize=64)
def _value(kind: str, hardware: bool, backup_eligible: bool, attested: bool) -> EnrolledFactor:  # noqa: FBT001 (columns)
    return EnrolledFactor(
        id="",
        kind=FactorKind(kind),
        hardware=hardware,
        backup_eligible=backup_eligible,
        attested=attested,
    )
