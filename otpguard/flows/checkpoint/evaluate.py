"""Read evidence, policy and factors and let the core decide, for the guard and its pages. Writes
nothing. It usually takes one statement; factors are read only before a refusal.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import DatabaseError, InterfaceError

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import factor_kinds, settings
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.choose import choose
from otpguard.core.decision import Decision, Deny, Need, Reason, decide
from otpguard.core.effective_policy import is_at_least
from otpguard.core.evidence import Proof
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.core.user_wide import within_reach
from otpguard.database import connection
from otpguard.exceptions import StoreUnavailable
from otpguard.factors.enrolled import (
    changes_own,
    live_rows,
    select_live,
    selected,
    that_change_others,
    value_of,
)
from otpguard.flows.checkpoint.login_risk import by_risk
from otpguard.grants.evidence import Evidence, read_hosts_member, read_member, read_site
from otpguard.models import Factor, Grant
from otpguard.models.factor import FACTORS
from otpguard.tenants import policies
from otpguard.tenants.directory import member_of, members_are_ours
from otpguard.tenants.single import is_single, roles_from, select_flags


def evidence_of(
    facts: RequestFacts, checkpoint: Checkpoint, *, with_factors: bool = False
) -> Evidence | Deny:
    """Who asks and what they have proven, or the decision that needs neither.

    `with_factors` reads the person's factors in the same statement, where that can be, for a caller
    that expects to need them.

    Without a tenant, only these are let in: the site's staff, people who change their own factors
    or set up their first one, people who log in, and anybody at a checkpoint for people who have no
    tenant yet. Raises StoreUnavailable.
    """
    if not facts.user:
        return Deny(reason=Reason.NOT_LOGGED_IN)
    if facts.tenant:
        if is_single():
            return _single_member(facts)
        if not members_are_ours():
            return _hosts_member(facts)
        if not with_factors or checkpoint.rebinds or connection.vendor != "postgresql":
            return read_member(facts)
        return read_member(facts, beside=select_live(user=facts.user, tenant=facts.tenant))
    tenantless = checkpoint.anonymous or checkpoint.rebinds or checkpoint.asks_by_risk
    if facts.user_is_staff or tenantless or checkpoint.first_factor:
        return read_site(facts)
    return Deny(reason=Reason.NO_TENANT)


def _hosts_member(facts: RequestFacts) -> Evidence:
    known = member_of(facts.user, facts.tenant)
    if known is None:
        return Evidence(member=None)
    return read_hosts_member(facts, roles=known.roles, active=known.active)


def _single_member(facts: RequestFacts) -> Evidence:
    """The member of the one tenant, with the account in the same statement: no role counts that the
    account has lost, and none that was not written with its hold yet."""
    evidence = read_member(facts, beside=select_flags(facts.user))
    member = evidence.member
    if member is None:
        return replace(evidence, moved=True)
    roles = roles_from(evidence.beside)
    return replace(
        evidence,
        member=replace(member, roles=member.roles & roles),
        beside=None,
        moved=member.membership_active and member.roles != roles,
    )


def policy_of(
    facts: RequestFacts,
    checkpoint: Checkpoint,
    evidence: Evidence,
    *,
    rows: Sequence[Factor] | None = None,
) -> Policy:
    """The policy in force, in the version that was read with the evidence.

    What concerns a person in all their tenants meets the strictest policy of all, but no wish of a
    tenant that this person cannot satisfy (C26). That of a login depends on its risk. `rows` are
    the factors that they may use here, if those were read already.
    """
    if checkpoint.asks_by_risk:
        roles = evidence.member.roles if evidence.member else frozenset()
        return by_risk(facts, _in_reach(facts, checkpoint, rows), roles=roles)
    if checkpoint.user_wide:
        return _in_reach(facts, checkpoint, rows)
    return policies.at(checkpoint, _scope(facts, evidence), now=facts.now)


def _scope(facts: RequestFacts, evidence: Evidence) -> policies.Scope:
    return policies.Scope.of(
        facts.tenant,
        version=evidence.policy_version,
        annual_contract_value=evidence.annual_contract_value,
    )


def _live_rows(
    facts: RequestFacts, checkpoint: Checkpoint, rows: Sequence[Factor] | None
) -> Sequence[Factor]:
    if rows is None:
        return live_rows(user=facts.user, tenant=facts.tenant, to_change=checkpoint.rebinds)
    return that_change_others(rows) if checkpoint.rebinds else rows


def _in_reach(facts: RequestFacts, checkpoint: Checkpoint, rows: Sequence[Factor] | None) -> Policy:
    wide = policies.user_wide(checkpoint, user=facts.user, now=facts.now)
    if is_at_least(wide.base, wide.policy):
        return wide.policy  # no tenant asks more than the site
    factors = [value_of(row) for row in _live_rows(facts, checkpoint, rows)]
    return within_reach(
        wide.policy,
        base=wide.base,
        factors=[
            each for each in factors if each.usable_from is None or each.usable_from <= facts.now
        ],
        profile=settings().assurance_profile,
        primary=facts.primary,
        kinds=factor_kinds(),
    )


def wait_here(
    usable_from: datetime | None, scope: policies.Scope, *, now: datetime
) -> datetime | None:
    """From when a factor that had to wait serves in this tenant: later than elsewhere where its
    own policy asks for a longer wait (C26). Raises StoreUnavailable."""
    if usable_from is None or not scope.tenant:
        return usable_from
    return usable_from + policies.extra_wait(checkpoint_named("factor_change"), scope, now=now)


def evaluate_request(
    facts: RequestFacts,
    checkpoint: Checkpoint,
    *,
    policy: Policy,
    evidence: Evidence,
    intent: str,
) -> Decision:
    """The decision. If `intent` is not empty, a proof must be bound to exactly this intent."""
    decision, _ = evaluate_with_factors(
        facts, checkpoint, policy=policy, evidence=evidence, intent=intent
    )
    return decision


def evaluate_with_factors(
    facts: RequestFacts,
    checkpoint: Checkpoint,
    *,
    policy: Policy,
    evidence: Evidence,
    intent: str,
    rows: Sequence[Factor] | None = None,
) -> tuple[Decision, Sequence[Factor]]:
    """The same, and the rows of the person's factors if a proof is missing, for pages that show
    them; none where they were read with the evidence. `rows` are what they may use here, if it was
    read already."""
    profile = settings().assurance_profile
    proofs = _to_change(facts, evidence.proofs) if checkpoint.rebinds else evidence.proofs
    decision = decide(
        checkpoint=checkpoint,
        policy=policy,
        profile=profile,
        member=evidence.member,
        proofs=proofs,
        intent=intent,
        binds=bool(intent),
        now=facts.now,
    )
    if not isinstance(decision, Need):
        return decision, ()
    scope = _scope(facts, evidence)
    shown = () if evidence.beside is not None else _live_rows(facts, checkpoint, rows)
    factors = [value_of(row) for row in shown] if shown else selected(evidence.beside or "[]")
    chosen = choose(
        decision,
        policy=policy,
        profile=profile,
        primary=facts.primary,
        factors=[
            replace(each, usable_from=wait_here(each.usable_from, scope, now=facts.now))
            for each in factors
        ],
        kinds=factor_kinds(),
        now=facts.now,
        rebinds=checkpoint.rebinds,
    )
    return chosen, shown


def _to_change(facts: RequestFacts, proofs: tuple[Proof, ...]) -> tuple[Proof, ...]:
    """The proofs that may change a person's factors: see `live_factors`. Raises
    StoreUnavailable."""
    if not proofs or not facts.tenant:
        return proofs
    try:
        given = FACTORS.filter(user=facts.user, tenant=facts.tenant)
        if not given.exists() or not changes_own(user=facts.user, tenant=facts.tenant):
            return proofs
        shown = Grant.objects.filter(pk__in=[proof.grant for proof in proofs])
        theirs = shown.filter(factor_id__in=given.values("pk")).values_list("pk", flat=True)
        out = {str(pk) for pk in theirs}
    except (DatabaseError, InterfaceError) as error:
        raise StoreUnavailable("the factors cannot be read") from error
    return tuple(proof for proof in proofs if proof.grant not in out)
