"""Note that the host's own admin gave people rights or took them away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import Q

from otpguard.account import find_user
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.audience import Audience
from otpguard.core.checkpoints import SENSITIVE
from otpguard.core.events.session import RightsChanged
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.flows.notice.notify import notify
from otpguard.flows.notice.tell import done_by, person
from otpguard.flows.release import hold
from otpguard.flows.session.revoke import end_grants
from otpguard.models import Grant, Membership
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants import policies
from otpguard.tenants.administrators import operators
from otpguard.tenants.recipients import recipients

CHECKPOINT = "role_grant"

_HELD_FOR = ("is_staff", "is_superuser", "groups", "user_permissions")
"""How the rights begin that somebody waits after. An account that is active again has the rights
that it had."""


def note_rights(
    *,
    facts: RequestFacts,
    users: Sequence[str],
    gained: Sequence[str],
    lost: Sequence[str],
    target: str,
) -> int:
    """Record a change of rights that the host has saved; returns how many proofs ended by it.

    `users` are the ids of those it concerns: one account, or the members of a group; `target` is
    what the account or group is called. What was lost ends all proofs of these people at once. What
    was gained is told to the site's operators, and to the person if it is one; what is sensitive
    then waits for that person, in their tenants and outside, as long as the site's policy of
    `role_grant` says. The site's first operator does not wait, nor does somebody who could do
    everything before, nor the members of a group. Locks the proofs and the person's memberships;
    joins an outer transaction.
    """
    alone = users[0] if len(users) == 1 else ""
    with transaction.atomic():
        said = RightsChanged(gained=list(gained), lost=list(lost), people=len(users))
        record(said, Circumstances.of(facts, tenant="", subject=alone, target=target))
        if gained:
            until = _hold(facts, alone, gained) if alone else None
            _tell(facts, alone, until)
        if not lost:
            return 0
        live = Grant.objects.select_for_update().filter(user_id__in=users, revoked_at=None)
        return end_grants(
            facts, list(live.order_by("tenant_id", "user_id", "verified_at")), "role lost"
        )


def _hold(facts: RequestFacts, user: str, gained: Sequence[str]) -> datetime | None:
    """Until when the person is held; None if they do not wait."""
    if not any(name.startswith(_HELD_FOR) for name in gained) or _could_all_before(user, gained):
        return None
    if not set(operators()) - {user}:
        return None
    policy = policies.fresh(checkpoint_named(CHECKPOINT), policies.site_scope(), now=facts.now)
    if not policy.hold:
        return None
    until, reason = facts.now + policy.hold, f"{hold.HoldCause.NEW_ROLE}: {', '.join(gained)}"
    for member in Membership.objects.filter(Q(user_id=user), active=True).order_by("pk"):
        hold.start(
            facts=replace(facts, tenant=str(member.tenant_id)),
            membership=member,
            checkpoint=SENSITIVE,
            until=until,
            reason=reason,
            told=True,
        )
    hold.start_on_site(facts=facts, user_id=user, until=until, reason=reason)
    return until


def _could_all_before(user: str, gained: Sequence[str]) -> bool:
    return "is_superuser" not in gained and bool(getattr(find_user(user), "is_superuser", False))


def _tell(facts: RequestFacts, user: str, until: datetime | None) -> None:
    people = {each.user for each in recipients("", Audience.SITE_OPERATORS, now=facts.now)}
    context = {**done_by(facts), **(person(user) if user else {})}
    if until:
        context[Detail.HELD_UNTIL] = until.isoformat()
    for each in sorted(people | ({user} if user else set())):
        notify(facts=facts, kind=NoticeKind.RIGHTS_GRANTED, user_id=each, context=context)
