"""What all members of a tenant have enrolled: for pictures of the whole, in one read."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import DatabaseError, InterfaceError

from otpguard.core.decision import EnrolledFactor
from otpguard.exceptions import StoreUnavailable
from otpguard.factors.enrolled import WORTH_COLUMNS, counting, worth_value
from otpguard.models import Membership


def factors_by_member(*, tenant: str) -> dict[Any, list[EnrolledFactor]]:
    """The factors that count in `tenant`, by the primary key of the active member they belong to.

    They carry no ids: factors that are worth the same are one value, so that thousands of members
    fit into little memory. Raises StoreUnavailable.
    """
    members = Membership.objects.filter(tenant_id=tenant, active=True).order_by().values("user_id")
    rows = (
        counting(tenant=tenant)
        .filter(user__in=members)
        .order_by()
        .values_list("user_id", *WORTH_COLUMNS)
    )
    values: dict[tuple[Any, ...], EnrolledFactor] = {}
    found: dict[Any, list[EnrolledFactor]] = defaultdict(list)
    try:
        for row in rows.values("user_id", *WORTH_COLUMNS).iterator():
            user = row.pop("user_id")
            key = tuple(row.values())
            if key not in values:
                values[key] = worth_value(row)
            found[user].append(values[key])
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the factors cannot be read") from error
    return found
