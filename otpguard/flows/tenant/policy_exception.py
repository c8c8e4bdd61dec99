"""Grant and end dated exceptions from the floor: for the operators of the site alone (A18).

Each change moves the tenant's policy version, so every process uses it from its next request on.
That an exception has expired needs no change: its date counts, whatever is cached.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard.account import find_user
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import factor_kinds, settings
from otpguard.core.checkpoints import Checkpoint
from otpguard.core.effective_policy import weakened_fields
from otpguard.core.events.tenant import ExceptionEnded, ExceptionGranted
from otpguard.core.facts import RequestFacts
from otpguard.core.plain_text import plain_text
from otpguard.core.policy import RULES, Policy
from otpguard.core.policy_exception import FloorException, WhyNoException, why_refused
from otpguard.core.presets import declared_floor
from otpguard.core.registry import nearest
from otpguard.core.wishes import WishError, dump_wishes, parse_wishes
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.scope import check_site, is_unasked
from otpguard.flows.tenant.exception_expiry import close_expired, stamp
from otpguard.flows.tenant.policy import CHECKPOINT, ApprovalMissing
from otpguard.labels import WHY_NO_EXCEPTION
from otpguard.models import Approval, PolicyException, Tenant
from otpguard.tenants import policies
from otpguard.tenants.directory import member_of
from otpguard.tenants.policy_versions import move_version

_FIELD_OF: dict[WhyNoException, str] = {
    WhyNoException.NO_FLOOR: "field",
    WhyNoException.NOTHING_TO_LOOSEN: "value",
    WhyNoException.TOO_LOW: "value",
    WhyNoException.ENDS_IN_THE_PAST: "expires_at",
    WhyNoException.TOO_LONG: "expires_at",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What an exception is to be. `value` is what the field's floor becomes, in its JSON form."""

    tenant: Tenant
    checkpoint: str
    field: str
    value: object
    owner_id: str
    reason: str
    expires_at: datetime


def check_terms(*, facts: RequestFacts, terms: Terms) -> None:
    """Check what `grant_exception` checks, so that a door can do so before it asks for a step-up.

    Writes nothing. Raises as `grant_exception` does.
    """
    check_site(facts)
    _checked(terms, terms.tenant, facts.now)


def grant_exception(
    *, facts: RequestFacts, terms: Terms, approval: Approval | None = None
) -> PolicyException:
    """Move the floor of one tenant, checkpoint and field until a date at most a year ahead.

    The caller has guarded it by `security_settings`. Locks the tenant, so of two grants at once the
    second is refused; joins an outer transaction. Raises NotAllowed for anybody but the operators
    of the site; InvalidInput for an unknown checkpoint or field, a value that the floor allows
    already or that no exception reaches, a date out of bounds, an owner who does not belong here,
    no reason, and where an exception runs already; Tenant.DoesNotExist.

    Where the policy of `security_settings`, of the site or of the tenant, asks for approvals, it
    needs the `approval`, and counts as granted by who asked; code that no request started needs
    none. Raises ApprovalMissing without it.
    """
    check_site(facts)
    with transaction.atomic():
        tenant = lock_tenant(terms.tenant.pk)
        if approval is None and not is_unasked(facts):
            _check_approvals(tenant, facts)
        wanted = _checked(terms, tenant, facts.now)
        before = _state(tenant, terms, facts)
        close_expired(now=facts.now, which=_same(tenant, terms))
        by = approval.asked_by_id if approval else facts.user or None
        row = _written(terms, tenant, wanted, facts, by)
        move_version(tenant)
        after = _state(tenant, terms, facts)
        record(
            ExceptionGranted(
                exception=str(row.pk),
                field=row.field,
                before=_json(row.field, getattr(before.floor, row.field)),
                after=_json(row.field, getattr(after.floor, row.field)),
                owner=terms.owner_id,
                reason=row.reason,
                expires_at=stamp(row.expires_at),
                weakened=list(weakened_fields(before.policy, after.policy)),
            ),
            _where(facts, row),
        )
    return row


def _written(
    terms: Terms, tenant: Tenant, wanted: FloorException, facts: RequestFacts, by: int | str | None
) -> PolicyException:
    """The row, `by` the key of the person who grants it."""
    return PolicyException.objects.create(
        tenant=tenant,
        checkpoint=terms.checkpoint,
        field=wanted.field,
        value=_json(wanted.field, wanted.value),
        owner_id=terms.owner_id,
        reason=terms.reason,
        created_at=facts.now,
        created_by_id=by,
        expires_at=wanted.expires_at,
    )


def end_exception(*, facts: RequestFacts, exception: PolicyException, reason: str) -> bool:
    """End an exception now. Writes nothing and returns False when it is over already.

    The caller has guarded it by `security_settings`. Locks the tenant; joins an outer transaction.
    Raises NotAllowed for anybody but the operators of the site.
    """
    check_site(facts)
    with transaction.atomic():
        tenant = lock_tenant(exception.tenant_id)
        before = _floor(exception, tenant, facts.now)
        ended = (
            PolicyException.objects.running(facts.now)
            .filter(pk=exception.pk)
            .update(ended_at=facts.now, ended_by=facts.user or None, end_reason=reason)
        )
        if not ended:
            return False
        move_version(tenant)
        record(
            ExceptionEnded(
                exception=str(exception.pk),
                field=exception.field,
                before=before,
                after=_floor(exception, tenant, facts.now),
                reason=plain_text(reason),
            ),
            _where(facts, exception),
        )
    return True


def _check_approvals(tenant: Tenant, facts: RequestFacts) -> None:
    """Raise ApprovalMissing where one of both asks for it: a tenant that loosened its own policy
    has not loosened the site's, whose floor this is."""
    named = checkpoint_named(CHECKPOINT)
    scopes = (policies.site_scope(), policies.Scope.of_tenant(tenant))
    needed = max(policies.fresh(named, each, now=facts.now).approvals for each in scopes)
    if needed:
        raise ApprovalMissing(needed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _State:
    floor: Policy
    policy: Policy


def _state(tenant: Tenant, terms: Terms, facts: RequestFacts) -> _State:
    """Floor and policy as they are in this transaction, past the cache."""
    checkpoint, scope = checkpoint_named(terms.checkpoint), policies.Scope.of_tenant(tenant)
    return _State(
        floor=policies.floor_at(checkpoint, scope, now=facts.now),
        policy=policies.fresh(checkpoint, scope, now=facts.now),
    )


def _floor(row: PolicyException, tenant: Tenant, now: datetime) -> Any:  # noqa: ANN401 (JSON)
    """The floor of an exception's field; None where this release does not know its place."""
    checkpoint = settings().checkpoints.get(row.checkpoint)
    if checkpoint is None or row.field not in RULES:
        return None
    floor = policies.floor_at(checkpoint, policies.Scope.of_tenant(tenant), now=now)
    return _json(row.field, getattr(floor, row.field))


def _checked(terms: Terms, tenant: Tenant, now: datetime) -> FloorException:
    checkpoint = _checkpoint(terms)
    wanted = FloorException(
        field=terms.field, value=_value(terms, checkpoint), expires_at=terms.expires_at
    )
    scope = policies.Scope.of_tenant(tenant)
    why = why_refused(
        wanted,
        floor=policies.policy_pair_in(checkpoint, scope).floor,
        bottom=declared_floor(checkpoint),
        now=now,
    )
    if why is not None:
        raise InvalidInput(_FIELD_OF[why], str(WHY_NO_EXCEPTION[why]))
    if not plain_text(terms.reason):
        raise InvalidInput("reason", str(_("An exception must have a reason.")))
    _check_owner(terms.owner_id, tenant)
    _check_room(tenant, terms, now)
    return wanted


def _checkpoint(terms: Terms) -> Checkpoint:
    known = settings().checkpoints
    if terms.checkpoint not in known:
        hint = nearest(terms.checkpoint, list(known))
        raise InvalidInput("checkpoint", f"must be one checkpoint, {hint}")
    return known[terms.checkpoint]


def _value(terms: Terms, checkpoint: Checkpoint) -> Any:  # noqa: ANN401 (each field has its own type)
    try:
        wished = parse_wishes(
            {terms.field: terms.value}, kinds=factor_kinds(), place=checkpoint.slug
        )
    except WishError as error:
        known = terms.field in RULES and RULES[terms.field].is_read_at(checkpoint.slug)
        raise InvalidInput("value" if known else "field", error.message) from None
    return wished[terms.field]


def _check_owner(owner_id: str, tenant: Tenant) -> None:
    """The reminder names the tenant, so the owner must belong to it or to the site."""
    owner = find_user(owner_id) if owner_id else None
    member = member_of(str(owner.pk), str(tenant.pk)) if owner else None
    belongs = getattr(owner, "is_staff", False) or (member is not None and member.active)
    if owner is None or not (owner.is_active and belongs):
        raise InvalidInput(
            "owner",
            str(_("The owner must be an active member of the organization or work for the site.")),
        )


def _same(tenant: Tenant, terms: Terms) -> Q:
    return Q(tenant=tenant, checkpoint=terms.checkpoint, field=terms.field, ended_at=None)


def _check_room(tenant: Tenant, terms: Terms, now: datetime) -> None:
    other = PolicyException.objects.running(now).filter(_same(tenant, terms)).first()
    if other is not None:
        text = _("An exception for this runs until %(until)s. End it first.")
        raise InvalidInput("field", str(text % {"until": f"{other.expires_at:%Y-%m-%d %H:%M} UTC"}))


def _json(field: str, value: Any) -> Any:  # noqa: ANN401 (each field has its own type)
    return dump_wishes({field: value})[field]


def _where(facts: RequestFacts, row: PolicyException) -> Circumstances:
    return Circumstances.of(facts, tenant=str(row.tenant_id), subject="", checkpoint=row.checkpoint)
