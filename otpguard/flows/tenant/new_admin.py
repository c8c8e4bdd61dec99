"""What becomes of a member who has just gained an admin role: a wait, and word to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.audience import Recipient
from otpguard.core.checkpoints import SENSITIVE
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.flows.notice.tell import done_by, person, tell_one, tell_tenant
from otpguard.flows.release import hold
from otpguard.flows.scope import is_unasked
from otpguard.flows.tenant.policy import ApprovalMissing
from otpguard.models import Approval, Membership
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants import policies


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAdmin:
    """The admin roles that somebody gained, of which the administrators have not been told yet, and
    until when that person is held; None without a wait."""

    gained: tuple[str, ...]
    until: datetime | None


def receive_admin(
    facts: RequestFacts,
    member: Membership,
    gained: list[str],
    *,
    approval: Approval | None,
    untold: list[NewAdmin] | None = None,
) -> None:
    """Hold a member who has gained admin roles for as long as the policy of `role_grant` says, and
    tell them and the administrators.

    With `untold` only the member is told: the new admin is added to that list, of which the caller
    tells the administrators in the same transaction, by `tell_of_import`.

    The caller has checked the reach, holds the lock of the tenant and has written the roles, which
    go with its transaction if this raises. Raises ApprovalMissing where the policy asks for
    approvals and there is none, except to code that no request started.
    """
    scope = policies.Scope.of_tenant(member.tenant)
    policy = policies.fresh(checkpoint_named("role_grant"), scope, now=facts.now)
    if policy.approvals and approval is None and not is_unasked(facts):
        raise ApprovalMissing(policy.approvals)
    until = _hold_new_admin(facts, policy, member, gained)
    if untold is None:
        _tell_granted(facts, member, gained, until)
        return
    untold.append(NewAdmin(gained=tuple(gained), until=until))
    tell_one(
        facts=facts,
        kind=NoticeKind.ROLE_GRANTED,
        tenant_id=str(member.tenant_id),
        to=Recipient(user=str(member.user_id)),
        context=done_by(facts) | _details(member, gained, until),
    )


def tell_of_import(facts: RequestFacts, *, tenant_id: str, found: Sequence[NewAdmin]) -> int:
    """Tell the administrators once of all who gained admin roles by an import; returns how many
    people were told. `found` has at least one. Joins the caller's transaction."""
    roles = {role for each in found for role in each.gained}
    context: dict[str, str] = {Detail.ROLES: ",".join(sorted(roles))}
    longest = max((each.until for each in found if each.until), default=None)
    if longest:
        context[Detail.HELD_UNTIL] = longest.isoformat()
    return tell_tenant(
        facts=facts, kind=NoticeKind.ROLES_IMPORTED, tenant_id=tenant_id, context=context
    )


def _hold_new_admin(
    facts: RequestFacts, policy: Policy, member: Membership, gained: list[str]
) -> datetime | None:
    """Until when they are held; None if the policy asks for no wait."""
    until = facts.now + policy.hold if policy.hold else None
    if until:
        # The hold flow writes the mirror; the caller of this function has checked the reach.
        hold.start(
            facts=facts,
            membership=member,
            checkpoint=SENSITIVE,
            until=until,
            reason=f"{hold.HoldCause.NEW_ROLE}: {', '.join(gained)}",
            told=True,
        )
    return until


def _tell_granted(
    facts: RequestFacts, member: Membership, gained: list[str], until: datetime | None
) -> None:
    """Tell the new admin and the others: one of them may know that it is wrong."""
    tell_tenant(
        facts=facts,
        kind=NoticeKind.ROLE_GRANTED,
        tenant_id=str(member.tenant_id),
        subject=str(member.user_id),
        context=_details(member, gained, until),
    )


def _details(member: Membership, gained: list[str], until: datetime | None) -> dict[str, str]:
    found = person(str(member.user_id)) | {Detail.ROLES: ",".join(gained)}
    return found | ({Detail.HELD_UNTIL: until.isoformat()} if until else {})
