"""Bring back an earlier version of a policy's wishes, as a new version like any other change."""

from __future__ import annotations

from otpguard import conf
from otpguard.core.facts import RequestFacts
from otpguard.core.wishes import WishError, parse_wishes
from otpguard.exceptions import InvalidInput
from otpguard.flows.scope import check_policy
from otpguard.flows.tenant.policy import Changed
from otpguard.flows.tenant.policy_request import change_or_ask
from otpguard.models import Approval, PolicyWish, Tenant


def roll_back_policy(
    *, facts: RequestFacts, tenant: Tenant, checkpoint: str, version: int, expected: int
) -> Changed | Approval:
    """Wish for what `version` wished; 0 is for no wishes at all.

    What would weaken the policy asks as every change does. `expected` is the version that the
    caller has read. Commits. Raises InvalidInput (`version`) for a version that there is not, or
    whose wishes this site does not take any more, and as `change_or_ask`.
    """
    check_policy(facts, tenant.pk, ())
    wishes = wishes_of_version(tenant, checkpoint, version)
    try:
        parsed = parse_wishes(wishes, by_tenant=True, kinds=conf.factor_kinds(), place=checkpoint)
    except WishError as error:
        raise InvalidInput("version", str(error)) from None
    return change_or_ask(
        facts=facts, tenant=tenant, checkpoint=checkpoint, wishes=parsed, expected=expected
    )


def wishes_of_version(tenant: Tenant, checkpoint: str, version: int) -> dict[str, object]:
    """The wishes of one version as JSON; of version 0, none. Raises InvalidInput (`version`)."""
    if version == 0:
        return {}
    row = PolicyWish.objects.filter(tenant=tenant, checkpoint=checkpoint, version=version).first()
    if row is None:
        raise InvalidInput("version", f"There is no version {version}.")
    return dict(row.wishes)
