"""What a policy would do, before anybody wishes for it: whom it would lock out, and which of
yesterday's passes it would have stopped. Read-only."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, InterfaceError

from otpguard import conf
from otpguard.core.assurance import Primary
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.choose import best_of_kind, potential
from otpguard.core.decision import Allow, EnrolledFactor, Member, Reason, decide
from otpguard.core.effective_policy import weakened_fields
from otpguard.core.events.checkpoint import CheckpointPassed
from otpguard.core.evidence import Proof, facts_from_json
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.core.uuid7 import RANDOM_BYTES, time_of, uuid7
from otpguard.core.wishes import dump_wishes
from otpguard.exceptions import StoreUnavailable
from otpguard.factors.by_member import factors_by_member
from otpguard.flows.scope import check_policy
from otpguard.flows.tenant.policy import CHECKPOINT, check_served
from otpguard.models import Event, Grant, Membership, Tenant
from otpguard.tenants import policies
from otpguard.tenants.policies import Scope
from otpguard.tenants.policy_sources import explained

YESTERDAY = timedelta(days=1)
MOST_PASSES = 2000
"""So many passes of the last day are checked again, the newest."""
MOST_NAMED = 100
"""So many people are named; all are counted."""
_CHUNK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedOut:
    """Active members who could not confirm: `newly` could before. `users` are the ids of the first
    of these, `by_role` counts them in each of their roles. `can_enroll`: whether there is something
    that people can set up by themselves."""

    members: int
    newly: int
    already: int
    by_role: Mapping[str, int]
    users: tuple[str, ...]
    can_enroll: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Yesterday:
    """First passes of proofs in the last 24 hours, and how many of them would have been stopped,
    by reason."""

    passes: int
    stopped: int
    by_reason: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTrial:
    """What a change of wishes would do. `approvals` is how many others would have to approve it;
    `clamped` are wishes that would not count, as JSON."""

    before: Policy
    after: Policy
    weakened: tuple[str, ...]
    clamped: Mapping[str, Any]
    approvals: int
    locked_out: LockedOut
    yesterday: Yesterday


def try_policy(
    *, facts: RequestFacts, tenant: Tenant, checkpoint: str, wishes: Mapping[str, Any]
) -> PolicyTrial:
    """Check members and the last day by the policy that `wishes` (parsed values) would make.

    Writes and locks nothing. Raises as `change_policy`, and StoreUnavailable.
    """
    check_policy(facts, tenant.pk, wishes)
    check_served(wishes)
    named, scope = conf.checkpoint(checkpoint), Scope.of_tenant(tenant)
    before = explained(named, scope, now=facts.now).policy
    after = explained(named, scope, now=facts.now, instead=wishes).policy
    weakened = weakened_fields(before, after)
    needed = policies.at(conf.checkpoint(CHECKPOINT), scope, now=facts.now).approvals
    clamped = policies.clamped_fields(wishes, named, scope, now=facts.now)
    try:
        return PolicyTrial(
            before=before,
            after=after,
            weakened=weakened,
            clamped=dump_wishes(clamped),
            approvals=needed if weakened else 0,
            locked_out=_locked_out(tenant, before, after),
            yesterday=_yesterday(tenant, named, after, facts.now),
        )
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the trial of a policy cannot be read") from error


def _locked_out(tenant: Tenant, before: Policy, after: Policy) -> LockedOut:
    by_member = factors_by_member(tenant=str(tenant.pk))
    rows = Membership.objects.filter(tenant=tenant, active=True).order_by("user_id")
    members = newly = already = 0
    by_role: Counter[str] = Counter()
    users: list[str] = []
    for user, roles in rows.values_list("user_id", "roles").iterator(_CHUNK):
        members += 1
        factors = by_member.get(user, [])
        if _can_confirm(factors, after):
            continue
        if not _can_confirm(factors, before):
            already += 1
            continue
        newly += 1
        by_role.update(set(roles))
        if len(users) < MOST_NAMED:
            users.append(str(user))
    kinds = [best_of_kind(each) for each in conf.factor_kinds().values() if not each.recovers]
    return LockedOut(
        members=members,
        newly=newly,
        already=already,
        by_role=dict(sorted(by_role.items())),
        users=tuple(users),
        can_enroll=_can_confirm(kinds, after),
    )


def _can_confirm(factors: Sequence[EnrolledFactor], policy: Policy) -> bool:
    """Whether one of them serves, or nothing is asked for."""
    return not policy.active or any(_serves(each, policy) for each in factors)


def _serves(factor: EnrolledFactor, policy: Policy) -> bool:
    """Whether somebody who logs in by a password can confirm with it. Recovery codes do not count:
    they bring back access and open nothing else."""
    if factor.kind.recovers:
        return False
    profile = conf.settings().assurance_profile
    reached = potential(factor, policy=policy, profile=profile, primary=Primary.PASSWORD)
    return reached is not None and reached >= policy.required_level


def _yesterday(tenant: Tenant, checkpoint: Checkpoint, after: Policy, now: datetime) -> Yesterday:
    """From the log: the first pass of each proof stands there with its moment."""
    passes = Event.objects.filter(
        tenant_id=tenant.pk,
        pk__gte=uuid7(now - YESTERDAY, bytes(RANDOM_BYTES)),
        kind=CheckpointPassed.code,
        checkpoint=checkpoint.slug,
    ).order_by("-id")[:MOST_PASSES]
    at = {_grant_of(body): time_of(pk) for pk, body in passes.values_list("pk", "body")}
    methods = conf.methods()
    reasons: Counter[str] = Counter()
    checked = 0
    for grant in Grant.objects.filter(pk__in=[each for each in at if each], tenant=tenant):
        shown = facts_from_json(grant.facts, methods=methods)
        if shown is None:
            continue
        checked += 1
        proof = Proof(grant=str(grant.pk), facts=shown, verified_at=grant.verified_at)
        answer = decide(
            checkpoint=checkpoint,
            policy=after,
            profile=conf.settings().assurance_profile,
            member=Member(),
            proofs=[proof],
            intent="",
            binds=False,
            now=at[str(grant.pk)],
        )
        if not isinstance(answer, Allow):
            reasons[str(getattr(answer, "reason", Reason.HELD))] += 1
    return Yesterday(passes=checked, stopped=reasons.total(), by_reason=dict(reasons))


def _grant_of(body: str) -> str:
    return str(json.loads(body)["data"]["grant"])
