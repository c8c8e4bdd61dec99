"""The kinds of things that wait: a member's hold, a lock of billing changes, an export, and the
closing of an organization."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.conf import settings
from otpguard.core.release.terms import LIVE
from otpguard.flows.release import billing_lock, hold
from otpguard.flows.release.lift import HeldKind, HeldThing, register_kind
from otpguard.labels import held_label
from otpguard.models import BillingChange, Hold, Release, Tenant
from otpguard.tenants.administrators import administrators_of

CHUNK = 200
"""So many rows are read at once."""

BY_TWO = _("Two other administrators, or the operators of the site.")
"""Who ends the wait of a new role: one alone could give a role and end its wait."""


def _in(tenant: str | None) -> Q:
    """The rows of one tenant, or with None those of all."""
    return Q() if tenant is None else Q(tenant=tenant)


def _of_new_role(row: Hold) -> bool:
    """Of an administrator in a tenant; outside, only the site's operators end a wait anyway."""
    return row.tenant_id is not None and row.reason.startswith(f"{hold.HoldCause.NEW_ROLE}:")


def _holds(tenant: str | None, now: datetime) -> Iterator[HeldThing]:
    running = Hold.objects.filter(_in(tenant), lifted_at=None, until__gt=now)
    rows = running.select_related("user", "tenant").order_by("-until")
    for row in rows.iterator(CHUNK):
        yield HeldThing(
            kind=MEMBER_HOLD,
            row=row,
            who=row.user,
            what=held_label(row.checkpoint),
            until=row.until,
            reason=row.reason,
            lifters=BY_TWO if _of_new_role(row) else "",
        )


def _locks(tenant: str | None, now: datetime) -> Iterator[HeldThing]:
    running = billing_lock.running_locks(now).filter(_in(tenant))
    rows = running.select_related("tenant").order_by("-locked_until")
    for row in rows.iterator(CHUNK):
        if row.locked_until is not None:
            yield HeldThing(
                kind=BILLING_LOCK,
                row=row,
                who=None,
                what=_("Billing changes are locked"),
                until=row.locked_until,
            )


def _exports(tenant: str | None, now: datetime) -> Iterator[HeldThing]:
    live = Release.objects.filter(
        _in(tenant), state__in=[each.value for each in LIVE], held_until__gt=now
    )
    rows = live.select_related("user", "tenant").order_by("-held_until")
    for row in rows.iterator(CHUNK):
        job = settings().releases.jobs.get(row.job)
        what = str(job.label) if job else row.job
        yield HeldThing(kind=EXPORT, row=row, who=row.user, what=what, until=row.held_until)


def _closures(tenant: str | None, now: datetime) -> Iterator[HeldThing]:
    closing = Tenant.objects.filter(closes_at__gt=now)
    rows = closing if tenant is None else closing.filter(pk=tenant)
    for row in rows.select_related("closing_by").order_by("-closes_at").iterator(CHUNK):
        if row.closes_at is not None:
            yield HeldThing(
                kind=CLOSURE,
                row=row,
                who=row.closing_by,
                what=_("The organization is to be closed"),
                until=row.closes_at,
            )


MEMBER_HOLD = register_kind(
    HeldKind(
        name="member",
        lifters=_("Another administrator, or the operators of the site."),
        find=lambda held_id: Hold.objects.filter(pk=held_id).first(),
        tenant_of=lambda row: str(row.tenant_id or ""),
        bound=lambda row: str(row.user_id),
        running=_holds,
        deciders=lambda row: administrators_of(row.tenant_id),
        fewest=lambda row: int(_of_new_role(row)),
        lift=lambda facts, row, reason, _approval: hold.lift(facts=facts, hold=row, reason=reason),
    )
)

BILLING_LOCK = register_kind(
    HeldKind(
        name="billing_lock",
        lifters=_(
            "Two billing admins who were told of the change, but not who made it; or the operators"
            " of the site."
        ),
        find=lambda held_id: BillingChange.objects.filter(pk=held_id).first(),
        tenant_of=lambda row: str(row.tenant_id),
        bound=lambda row: str(row.by_id or ""),
        running=_locks,
        deciders=billing_lock.lifters,
        check=billing_lock.check_may_lift,
        fewest=lambda _row: 1,
        lift=lambda facts, row, reason, approval: billing_lock.lift_lock(
            facts=facts, change=row, reason=reason, approval=approval
        ),
    )
)

EXPORT = register_kind(
    HeldKind(
        name="export",
        lifters=_(
            "Nobody can end this wait early. The person who asked for it and administrators can"
            " cancel it."
        ),
        find=lambda held_id: Release.objects.filter(pk=held_id).first(),
        tenant_of=lambda row: str(row.tenant_id),
        bound=lambda row: str(row.user_id),
        running=_exports,
        deciders=lambda _row: (),
    )
)

CLOSURE = register_kind(
    HeldKind(
        name="closure",
        lifters=_(
            "Nobody can close it sooner. Every administrator and the operators of the site can"
            " keep it open."
        ),
        find=lambda held_id: Tenant.objects.filter(pk=held_id).exclude(closes_at=None).first(),
        tenant_of=lambda row: str(row.pk),
        bound=lambda row: str(row.closing_by_id or ""),
        running=_closures,
        deciders=lambda _row: (),
    )
)
