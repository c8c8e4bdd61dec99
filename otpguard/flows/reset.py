"""Take away what somebody has lost and can no longer prove themselves with (attack A1).

A tenant removes what it provisioned and blocks what is the person's own, within itself only; the
site removes both (C25). Whichever it is, the person's proofs there end, every checkpoint is held
for a day so that a talked-over administrator costs a day and no data, and the person is told. They
may enroll anew at once: what changes one's factors passes such a hold.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from otpguard.audit.recorder import Circumstances, record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.checkpoints import EVERY
from otpguard.core.events import FactorBlocked, FactorReset, FactorUnblocked
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows import hold
from otpguard.flows.close import cancel_open
from otpguard.flows.notify import notify
from otpguard.flows.revoke import end_grants, named, remove_factor
from otpguard.flows.scope import check_tenant, is_site
from otpguard.models import Approval, Challenge, Factor, FactorBlock, Grant, Membership
from otpguard.models.factor import FACTORS
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants import policies

CHECKPOINT = "security_settings.factor_reset"
REASON_LENGTH = 120
NO_MEMBER = _("There is no such member.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """What a reset did: factors removed and blocked, and until when sensitive actions wait.

    None at all for a repeat. `held_until` is None where the policy holds nothing, and for somebody
    who is no member anywhere.
    """

    removed: int = 0
    blocked: int = 0
    held_until: datetime | None = None

    @property
    def total(self) -> int:
        """How many factors it met."""
        return self.removed + self.blocked


def reset_factors(
    *,
    facts: RequestFacts,
    user_id: str,
    tenant_id: str = "",
    factors: Iterable[str] | None = None,
    reason: str,
    approval: Approval | None = None,
) -> Reset:
    """Reset somebody's confirmed factors in one tenant, or without a tenant everywhere.

    `factors` are ids, None for all; what is not this person's or not of this tenant is passed
    over. A repeat finds nothing and writes nothing. `approval` is the decision that the setting
    SECOND_APPROVER asks for. Locks the memberships it holds and the factors. Raises NotAllowed for
    oneself, without a person who does it, for another tenant or no member of it, without a reason
    or the approval; StoreUnavailable when the policy cannot be read.
    """
    user_id = spelled(user_id)
    check_actor(facts, user_id=user_id, tenant_id=tenant_id, reason=reason)
    reason = reason.strip()
    with transaction.atomic():
        members = locked(user_id, tenant_id)
        _check_approved(facts, approval, user_id=user_id, tenant_id=tenant_id)
        rows = resettable(user_id=user_id, tenant_id=tenant_id, factors=factors)
        found = list(rows.select_for_update(of=("self",)).order_by("pk"))
        if not found:
            return Reset()
        places = {factor.tenant_id for factor in found}
        if tenant_id:
            within = Q(tenant=tenant_id)
        elif None in places:
            within = Q()
        else:
            within = Q(tenant__in=places)
            members = [member for member in members if member.tenant_id in places]
        removed, blocked = _take_away(facts, found, tenant_id, reason)
        _end_proofs(facts, Q(user=user_id) & within, f"factor reset: {reason}")
        until = _hold(facts, members, f"factor reset: {reason}")
        done = Reset(removed=removed, blocked=blocked, held_until=until)
        _record(facts, done, user_id, tenant_id, reason)
        _tell(facts, done, found, user_id, tenant_id)
    return done


def unblock_factor(*, facts: RequestFacts, factor_id: str, tenant_id: str, reason: str) -> bool:
    """Accept somebody's own factor in a tenant again. False when it is not blocked there.

    The hold of the reset runs on. Raises NotAllowed for one's own factor, without a person who
    does it, in another tenant and without a reason.
    """
    block = (
        FactorBlock.objects.filter(Q(tenant=tenant_id), factor__in=_keys([factor_id]))
        .select_related("factor")
        .first()
    )
    owner = str(block.factor.user_id) if block else ""
    check_actor(facts, user_id=owner, tenant_id=tenant_id, reason=reason)
    if block is None:
        return False
    with transaction.atomic():
        gone, _by_model = FactorBlock.objects.filter(pk=block.pk).delete()
        if not gone:
            return False
        record(
            FactorUnblocked(
                factor=str(block.factor_id), kind=block.factor.kind, reason=reason.strip()
            ),
            Circumstances.of(facts, tenant=tenant_id, subject=owner),
        )
    return True


def check_actor(facts: RequestFacts, *, user_id: str, tenant_id: str, reason: str) -> None:
    """Let an operator of this tenant, or without one of the site, at somebody else.

    `user_id` is spelled as the database does. Raises NotAllowed.
    """
    if not facts.user:
        raise NotAllowed(str(_("A reset is done by a person.")))
    if facts.user == user_id:
        raise NotAllowed(str(_("Nobody resets their own factors: ask another administrator.")))
    if tenant_id:
        check_tenant(facts, tenant_id)
    elif not is_site(facts):
        raise NotAllowed(str(_("This belongs to the person, not to an organization.")))
    if not 0 < len(reason.strip()) <= REASON_LENGTH:
        raise NotAllowed(
            str(_("Say why, in at most %(length)s characters.")) % {"length": REASON_LENGTH}
        )


def spelled(user_id: str) -> str:
    """A user's id as the database spells it. Raises NotAllowed for what cannot be one."""
    key = get_user_model()._meta.pk  # noqa: SLF001 (Django's documented Meta API)
    try:
        return str(key.to_python(user_id))
    except ValidationError:
        raise NotAllowed(str(NO_MEMBER)) from None


def resettable(
    *, user_id: str, tenant_id: str = "", factors: Iterable[str] | None = None
) -> QuerySet[Factor]:
    """What a reset would meet: confirmed factors, in a tenant its own and the person's that it has
    not blocked yet."""
    rows = FACTORS.filter(user=user_id, confirmed=True)
    if factors is not None:
        rows = rows.filter(pk__in=_keys(factors))
    if not tenant_id:
        return rows
    blocked = FactorBlock.objects.filter(Q(tenant=tenant_id)).values("factor")
    return rows.filter(Q(tenant=tenant_id) | Q(tenant=None)).exclude(pk__in=blocked)


def locked(user_id: str, tenant_id: str) -> list[Membership]:
    """The membership of that tenant, or all active ones: two resets at once are one.

    Joins the caller's transaction. Raises NotAllowed for no member of the tenant.
    """
    rows = Membership.objects.select_for_update(of=("self",)).select_related("tenant")
    mine = rows.filter(Q(user_id=user_id)).order_by("pk")
    found = list(mine.filter(Q(tenant=tenant_id)) if tenant_id else mine.filter(active=True))
    if tenant_id and not found:
        raise NotAllowed(str(NO_MEMBER))
    return found


def _keys(ids: Iterable[str]) -> list[UUID]:
    """The ids that can be a factor's; what cannot be one is nobody's."""
    found = []
    for given in ids:
        try:
            found.append(UUID(str(given)))
        except ValueError:
            continue
    return found


def _check_approved(
    facts: RequestFacts, approval: Approval | None, *, user_id: str, tenant_id: str
) -> None:
    if not settings().second_approver and approval is None:
        return
    given = approval is not None and Approval.objects.filter(
        Q(subject_id=user_id, decided_by_id=facts.user, tenant=tenant_id or None),
        pk=approval.pk,
        state=Approval.State.APPROVED,
    )
    if not given:
        raise NotAllowed(str(_("A second administrator has to approve this.")))


def _take_away(
    facts: RequestFacts, found: list[Factor], tenant_id: str, reason: str
) -> tuple[int, int]:
    """Remove what is the tenant's, or in the site's reset everything; block the rest."""
    removed = blocked = 0
    for factor in found:
        if tenant_id and factor.tenant_id is None:
            FactorBlock.objects.create(
                tenant_id=tenant_id,
                factor=factor,
                by_id=facts.user,
                reason=reason,
                at=facts.now,
            )
            record(
                FactorBlocked(factor=str(factor.pk), kind=factor.kind, reason=reason),
                Circumstances.of(facts, tenant=tenant_id, subject=str(factor.user_id)),
            )
            blocked += 1
        else:
            removed += remove_factor(facts=facts, factor=factor, reason=reason, tell=False)
    return removed, blocked


def _end_proofs(facts: RequestFacts, whose: Q, why: str) -> None:
    """End what was proven and what is being proven.

    Also a challenge of another factor ends: it may confirm one that the lost one has let in.
    """
    # First, for it waits for a right answer that is being written, whose grant is then there.
    cancel_open(facts, Challenge.objects.filter(whose), why)
    live = Grant.objects.select_for_update().filter(whose, revoked_at=None)
    end_grants(facts, list(live.order_by("tenant_id", "user_id", "verified_at")), why)


def _hold(facts: RequestFacts, members: list[Membership], why: str) -> datetime | None:
    """Hold every checkpoint of these memberships for as long as each tenant's policy says."""
    longest = None
    for member in members:
        scope = policies.Scope.of(
            str(member.tenant_id),
            version=member.tenant.policy_version,
            annual_contract_value=member.tenant.annual_contract_value,
        )
        wait = policies.at(checkpoint_named(CHECKPOINT), scope, now=facts.now).hold
        if wait:
            until = facts.now + wait
            hold.start(facts=facts, membership=member, checkpoint=EVERY, until=until, reason=why)
            longest = max(longest or until, until)
    return longest


def _record(facts: RequestFacts, done: Reset, user_id: str, tenant_id: str, reason: str) -> None:
    until = done.held_until.isoformat() if done.held_until else ""
    record(
        FactorReset(reason=reason, removed=done.removed, blocked=done.blocked, held_until=until),
        Circumstances.of(facts, tenant=tenant_id, subject=user_id, checkpoint=CHECKPOINT),
    )


def _tell(
    facts: RequestFacts, done: Reset, found: list[Factor], user_id: str, tenant_id: str
) -> None:
    details = about(found)
    if done.held_until:
        details[Detail.HELD_UNTIL] = done.held_until.isoformat()
    notify(
        facts=facts,
        kind=NoticeKind.FACTOR_RESET,
        user_id=user_id,
        tenant_id=tenant_id,
        context=details,
    )


def about(found: list[Factor]) -> dict[str, str]:
    """What a notice names of these factors: one by itself, several not at all."""
    return named(found[0]) if len(found) == 1 else {}
