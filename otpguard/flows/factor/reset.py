"""Reset factors that somebody has lost (attack A1).

A tenant removes the factors that it provisioned and blocks the person's own ones, for itself only;
the site removes both (C25). In both cases the person's proofs there end and the person is notified.
Every sensitive checkpoint is held for a day, so an attacker who tricks an administrator gains
nothing that day. The person may enroll again at once: no hold stops changes of their factors.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.checkpoints import SENSITIVE
from otpguard.core.events.factor import FactorBlocked, FactorReset, FactorUnblocked
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.factor.sole_admin import approvals_for_reset
from otpguard.flows.lock_order import lock_person
from otpguard.flows.notice.notify import notify
from otpguard.flows.release import hold
from otpguard.flows.scope import check_tenant, is_site
from otpguard.flows.session.revoke import end_grants, named, remove_factor
from otpguard.flows.shadow import keep_shadow
from otpguard.models import Approval, Challenge, Factor, FactorBlock, Grant, Membership
from otpguard.models.factor import FACTORS
from otpguard.models.fields import REASON_LENGTH
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants import policies

CHECKPOINT = "security_settings.factor_reset"
NO_MEMBER = _("There is no such member.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reset:
    """What a reset did: factors removed and blocked, and until when sensitive actions wait.

    A repeat removes and blocks none. `held_until` is None where the policy sets no hold, and for
    somebody who is not a member anywhere.
    """

    removed: int = 0
    blocked: int = 0
    held_until: datetime | None = None

    @property
    def total(self) -> int:
        """How many factors it removed or blocked."""
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
    """Reset somebody's confirmed factors in one tenant, or everywhere if there is no tenant.

    `factors` are ids, or None for all; ids of other persons or tenants are ignored. A repeat finds
    nothing and writes nothing. `approval` is the decision that the policy field `approvals` asks
    for. Locks the person, the memberships that get a hold, and the factors. Raises NotAllowed when
    the actor is this person or no person, in another tenant, for somebody who is not a member and
    without the approval; InvalidInput (`reason`) without a reason; StoreUnavailable when the policy
    cannot be read.
    """
    user_id = spelled(user_id)
    check_actor(facts, user_id=user_id, tenant_id=tenant_id, reason=reason)
    reason = reason.strip()
    with transaction.atomic():
        members = locked(facts, user_id, tenant_id)
        _check_approved(facts, approval, user_id=user_id, tenant_id=tenant_id)
        rows = resettable(user_id=user_id, tenant_id=tenant_id, factors=factors)
        found = list(rows.order_by("pk"))
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
        _cancel(facts, Q(user=user_id) & within, f"{hold.HoldCause.RESET}: {reason}")
        removed, blocked = _take_away(facts, found, tenant_id, reason)
        _end_proofs(facts, Q(user=user_id) & within, f"{hold.HoldCause.RESET}: {reason}")
        until = _hold(facts, members, f"{hold.HoldCause.RESET}: {reason}")
        done = Reset(removed=removed, blocked=blocked, held_until=until)
        _record(facts, done, user_id, tenant_id, reason)
        _tell(facts, done, found, user_id, tenant_id)
    return done


def unblock_factor(*, facts: RequestFacts, factor_id: str, tenant_id: str, reason: str) -> bool:
    """Accept somebody's own factor in a tenant again. False when it is not blocked there.

    The hold of the reset goes on. Raises NotAllowed for the actor's own factor, when the actor is
    no person and in another tenant; InvalidInput (`reason`) without a reason.
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
    """Check that the actor is an operator of this tenant (of the site, if none) and another person.

    `user_id` must be spelled as the database spells it. Raises NotAllowed, and InvalidInput
    (`reason`) without a reason.
    """
    if not facts.user:
        raise NotAllowed(str(_("Only a person can reset factors.")))
    if facts.user == user_id:
        raise NotAllowed(str(_("You cannot reset your own factors. Ask another administrator.")))
    if tenant_id:
        check_tenant(facts, tenant_id)
    elif not is_site(facts):
        raise NotAllowed(str(_("This belongs to the person, not to an organization.")))
    if not 0 < len(reason.strip()) <= REASON_LENGTH:
        raise InvalidInput(
            "reason",
            str(_("Say why, in at most %(length)s characters.")) % {"length": REASON_LENGTH},
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
    """What a reset would remove or block: confirmed factors; in a tenant, its own and those of the
    person that it has not blocked yet."""
    rows = FACTORS.filter(user=user_id, confirmed=True)
    if factors is not None:
        rows = rows.filter(pk__in=_keys(factors))
    if not tenant_id:
        return rows
    blocked = FactorBlock.objects.filter(Q(tenant=tenant_id)).values("factor")
    return rows.filter(Q(tenant=tenant_id) | Q(tenant=None)).exclude(pk__in=blocked)


def locked(facts: RequestFacts, user_id: str, tenant_id: str) -> list[Membership]:
    """Lock the membership of that tenant, or all active ones, so that two resets count as one.

    Joins the caller's transaction. Locks the person as well. Raises NotAllowed for somebody who is
    not a member of the tenant.
    """
    lock_person(user_id)
    keep_shadow(facts=facts, user=user_id, tenant=tenant_id)
    rows = Membership.objects.select_for_update(of=("self",), no_key=True)
    rows = rows.select_related("tenant")
    mine = rows.filter(Q(user_id=user_id)).order_by("pk")
    found = list(mine.filter(Q(tenant=tenant_id)) if tenant_id else mine.filter(active=True))
    if tenant_id and not found:
        raise NotAllowed(str(NO_MEMBER))
    return found


def _keys(ids: Iterable[str]) -> list[UUID]:
    """The ids that are well formed; no factor has any other."""
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
    if approval is None and not approvals_for_reset(facts, user_id=user_id, tenant_id=tenant_id):
        return
    given = approval is not None and Approval.objects.filter(
        Q(subject_id=user_id, decided_by_id=facts.user, tenant=tenant_id or None),
        pk=approval.pk,
        state=Approval.State.APPROVED,
    )
    if not given:
        raise NotAllowed(str(_("Another administrator has to approve this.")))


def _take_away(
    facts: RequestFacts, found: list[Factor], tenant_id: str, reason: str
) -> tuple[int, int]:
    """Remove the tenant's factors (all of them in a reset by the site) and block the rest."""
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


def _cancel(facts: RequestFacts, whose: Q, why: str) -> None:
    """End the person's open challenges.

    Challenges of other factors end as well: one may confirm a factor that was bound with the lost
    one.
    """
    cancel_open(facts, Challenge.objects.filter(whose), why)


def _end_proofs(facts: RequestFacts, whose: Q, why: str) -> None:
    """End the person's proofs."""
    live = Grant.objects.select_for_update().filter(whose, revoked_at=None)
    end_grants(facts, list(live.order_by("tenant_id", "user_id", "verified_at")), why)


def _hold(facts: RequestFacts, members: list[Membership], why: str) -> datetime | None:
    """Hold what is sensitive in these memberships for as long as each tenant's policy says."""
    longest = None
    for member in members:
        scope = policies.Scope.of_tenant(member.tenant)
        wait = policies.at(checkpoint_named(CHECKPOINT), scope, now=facts.now).hold
        if wait:
            until = facts.now + wait
            hold.start(
                facts=facts,
                membership=member,
                checkpoint=SENSITIVE,
                until=until,
                reason=why,
                told=True,
            )
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
    """What a notice says of these factors: it names a single one, but not several."""
    return named(found[0]) if len(found) == 1 else {}
