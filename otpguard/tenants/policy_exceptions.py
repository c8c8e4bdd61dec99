"""The exceptions of a tenant at a checkpoint, as the core takes them: with their dates.

Nothing here depends on the time, so a cached result stays right when an exception expires.
"""

from __future__ import annotations

import logging

from django.db.models import Q

from otpguard.conf import factor_kinds
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.policy_exception import FloorException
from otpguard.core.wishes import WishError, parse_wishes
from otpguard.models import PolicyException

logger = logging.getLogger("otpguard.policies")


def exceptions_of(tenant: str, checkpoint: Checkpoint) -> tuple[FloorException, ...]:
    """The exceptions that nobody has ended, those that have expired among them.

    They are for exactly this checkpoint: one for `api_key` does not reach `api_key.production`. One
    that this release cannot read is none, and is logged. The errors of the database pass through.
    """
    if not tenant:
        return ()
    rows = PolicyException.objects.filter(
        Q(tenant=tenant), checkpoint=checkpoint.slug, ended_at=None
    ).order_by("pk")
    found = [_exception(row, checkpoint) for row in rows]
    return tuple(each for each in found if each is not None)


def _exception(row: PolicyException, checkpoint: Checkpoint) -> FloorException | None:
    try:
        wished = parse_wishes(
            {row.field: row.value}, by_tenant=True, kinds=factor_kinds(), place=checkpoint.slug
        )
    except WishError:
        logger.exception("policy exception %s cannot be read and does not count", row.pk)
        return None
    return FloorException(field=row.field, value=wished[row.field], expires_at=row.expires_at)
