"""Lock further billing changes of a tenant by the link of a notice, and lift the lock again.

A lock reverses nothing: it stops every billing change of the tenant, by anybody and with any
proof, until two people who were told of the change have lifted it, or the site has, or it ends. Who
made the change has no say. The running locks are mirrored in `Tenant.held`, which the guard reads
in its one statement (C1); the mirror is written here only.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.account import known_id
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.audience import Audience
from otpguard.core.events.billing import BillingLocked, BillingLockLifted
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.notice.tell import tell_tenant
from otpguard.flows.release.billing_change import CHECKPOINT, about
from otpguard.flows.scope import check_tenant, is_site
from otpguard.models import Approval, BillingChange, Tenant
from otpguard.models.fields import REASON_LENGTH
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants.recipients import named_people

LINK_LIFE = timedelta(hours=72)
"""How long the link of a notice can lock."""

LOCK_LIFE = timedelta(days=30)
"""When a lock that nobody lifts ends: a tenant whose people are all gone is not locked for good."""


def change_of(*, token: str, now: datetime) -> BillingChange | None:
    """The change that a link could still lock; None for one that is too old, was used, or is no
    link of ours. Reads only: programs open links of e-mails, too (A8)."""
    found = _read(token)
    if found is None:
        return None
    fresh = BillingChange.objects.filter(pk=found[0], locked_at=None, at__gt=now - LINK_LIFE)
    return fresh.select_related("tenant").first()


def lock_by_link(*, facts: RequestFacts, token: str) -> BillingChange | None:
    """Lock the billing changes of a tenant by the link of a notice, for LOCK_LIFE.

    Needs no login: the token is the permission. A change is locked once, by the link that
    comes first; None, with nothing written, for any other use. Locks the tenant, and commits unless
    there is a transaction to join. The billing admins are told.
    """
    found, row = _read(token), change_of(token=token, now=facts.now)
    if found is None or row is None:
        return None
    until = facts.now + LOCK_LIFE
    with transaction.atomic():
        tenant = lock_tenant(row.tenant_id)
        won = BillingChange.objects.filter(pk=row.pk, locked_at=None).update(
            locked_at=facts.now, locked_until=until, locked_by_id=known_id(found[1])
        )
        if not won:
            return None
        row.refresh_from_db()
        _mirror(tenant, facts.now)
        record(BillingLocked(change=str(row.pk), until=until.isoformat()), _where(facts, row))
        tell_tenant(
            facts=RequestFacts(now=facts.now, host=facts.host),
            kind=NoticeKind.BILLING_LOCKED,
            tenant_id=str(tenant.pk),
            context={**about(row), Detail.HELD_UNTIL: until.isoformat()},
        )
    return row


def lift_lock(
    *, facts: RequestFacts, change: BillingChange, reason: str, approval: Approval | None = None
) -> bool:
    """End a lock early, and say so with True.

    The site ends it at once. In the tenant two billing admins must say so, who were told of the
    change: somebody who became one later has no say. `approval` is the first one's request, which
    `lift_or_ask` makes. Locks the tenant. Raises NotAllowed as `check_may_lift`, and in the tenant
    without an approval.
    """
    if approval is None and not is_site(facts):
        raise NotAllowed(str(_("A second billing admin must agree.")))
    check_tenant(facts, change.tenant_id)
    with transaction.atomic():
        tenant = lock_tenant(change.tenant_id)
        row = BillingChange.objects.get(pk=change.pk)
        check_may_lift(facts, row)
        row.lifted_by_id, row.lifted_at = facts.user, facts.now
        row.save(update_fields=["lifted_by", "lifted_at"])
        said = BillingLockLifted(change=str(row.pk), reason=reason[:REASON_LENGTH])
        record(said, _where(facts, row))
        _mirror(tenant, facts.now)
        tell_tenant(
            facts=facts,
            kind=NoticeKind.BILLING_LIFTED,
            tenant_id=str(tenant.pk),
            context=about(row),
        )
    return True


def locked_until(*, tenant: str, now: datetime) -> datetime | None:
    """Until when the billing changes of a tenant are locked; None if they are not. One read."""
    ends = _running(now).filter(Q(tenant=tenant)).aggregate(last=Max("locked_until"))
    found: datetime | None = ends["last"]
    return found


def may_lift(*, facts: RequestFacts, change: BillingChange) -> bool:
    """Whether the person could lift this lock, or say so as the first of two."""
    try:
        check_may_lift(facts, change)
    except NotAllowed:
        return False
    return True


def check_may_lift(facts: RequestFacts, row: BillingChange) -> None:
    """Raises NotAllowed in another tenant, without a person, for who made the change, for somebody
    who was not told or is no billing admin any more, and for a lock that has ended."""
    check_tenant(facts, row.tenant_id)
    if row.locked_until is None or row.lifted_at is not None or row.locked_until <= facts.now:
        raise NotAllowed(str(_("This lock has already ended.")))
    if not facts.user:
        raise NotAllowed(str(_("Only a person can lift a lock.")))
    if facts.user == str(row.by_id):
        raise NotAllowed(str(_("You made this change. Others must lift the lock.")))
    if is_site(facts):
        return
    if facts.user not in lifters(row):
        raise NotAllowed(
            str(_("Only billing admins who were told of the change can lift its lock."))
        )


def lifters(row: BillingChange) -> frozenset[str]:
    """The ids of those who may lift a lock: billing admins now, and told of the change then."""
    named = named_people(str(row.tenant_id), Audience.BILLING_ADMINS)
    return frozenset(each.user for each in named if each.user in row.told) - {str(row.by_id)}


def running_locks(now: datetime) -> QuerySet[BillingChange]:
    """The locks that hold now, of all tenants."""
    return _running(now).select_related("by")


def _running(now: datetime) -> QuerySet[BillingChange]:
    return BillingChange.objects.filter(lifted_at=None, locked_until__gt=now)


def _mirror(tenant: Tenant, now: datetime) -> None:
    """Write the running locks of a locked tenant into its row."""
    last = locked_until(tenant=str(tenant.pk), now=now)
    tenant.held = {CHECKPOINT: last.astimezone(UTC).isoformat()} if last else {}
    tenant.save(update_fields=["held"])


def _read(token: str) -> tuple[UUID, str] | None:
    """The id of the change and of the person whose link it is."""
    try:
        text = vault.decrypt_token(vault.BILLING_LOCK, token, max_age=LINK_LIFE)
        change, _colon, user = text.partition(":")
        return UUID(change), user
    except (vault.UndecryptableError, ValueError):
        return None


def _where(facts: RequestFacts, row: BillingChange) -> Circumstances:
    return Circumstances.of(
        facts,
        tenant=str(row.tenant_id),
        subject=str(row.by_id or ""),
        checkpoint=CHECKPOINT,
    )
