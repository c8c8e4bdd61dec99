"""Note that a tenant's way of paying was changed, and tell everybody who looks after it."""

from __future__ import annotations

import json
from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.audience import Recipient
from otpguard.core.billing import BillingField, mask_value
from otpguard.core.events.billing import BillingChanged
from otpguard.core.facts import RequestFacts
from otpguard.core.secrets import keyed_digest, same
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.notice.tell import audience_of, done_by, tell_one
from otpguard.flows.scope import check_tenant
from otpguard.models import BillingChange
from otpguard.notices import links
from otpguard.notices.kinds import Detail, NoticeKind

CHECKPOINT = "billing_change"

SAME_WITHIN = timedelta(minutes=10)
"""For how long the same change by the same person is one: a form that was sent twice."""


def note_billing_change(*, facts: RequestFacts, field: str, old: str, new: str) -> BillingChange:
    """Record a change that the host has made in the tenant of `facts`, and tell its billing admins.

    `field` is a BillingField; `old` and `new` are masked here and never kept whole, empty for none.
    Each billing admin, also who lost that role within 72 hours, gets a link of their own that locks
    further changes. The newest change of a field, told again by the same person within SAME_WITHIN,
    is the same row, without a second event or notice. Locks the tenant; joins an outer transaction.
    Raises NotAllowed without a person or a tenant, ValueError for an unknown field, and
    StoreUnavailable if the host's directory cannot be asked.
    """
    if not facts.user or not facts.tenant:
        raise NotAllowed(str(_("Only a member of an organization can change how it pays.")))
    check_tenant(facts, facts.tenant)
    what = {
        "field": BillingField(field).value,
        "before": mask_value(old),
        "after": mask_value(new),
    }
    with transaction.atomic():
        tenant = lock_tenant(facts.tenant)
        row = BillingChange(
            tenant=tenant, by_id=facts.user, at=facts.now, digest=_digest(facts, old, new), **what
        )
        if (known := _told_already(row)) is not None:
            return known
        people = audience_of(facts=facts, kind=NoticeKind.BILLING_CHANGED, tenant_id=facts.tenant)
        row.told = [each.user for each in people if each.user]
        row.save(force_insert=True)
        record(
            BillingChanged(change=str(row.pk), people=len(people), **what),
            Circumstances.of(facts, checkpoint=CHECKPOINT),
        )
        for each in people:
            tell_one(
                facts=facts,
                kind=NoticeKind.BILLING_CHANGED,
                tenant_id=facts.tenant,
                to=each,
                context=_details(facts, row, each),
            )
    return row


def about(row: BillingChange) -> dict[str, str]:
    """What was changed, as details of a notice."""
    return {
        Detail.BILLING_FIELD: row.field,
        Detail.BEFORE: row.before,
        Detail.AFTER: row.after,
    }


def _told_already(row: BillingChange) -> BillingChange | None:
    """The newest change of the field, if it is this one. An older one is not asked: what was taken
    back and made again is another change."""
    newest = BillingChange.objects.filter(tenant=row.tenant, field=row.field).order_by("-at", "-pk")
    known = newest.filter(at__gt=row.at - SAME_WITHIN).first()
    return known if known is not None and same(known.digest, row.digest) else None


def _digest(facts: RequestFacts, old: str, new: str) -> str:
    """What a form that was sent twice has in common: masked values say too little, and would let a
    second change pass for the first."""
    raw = json.dumps([facts.user, old, new])
    return keyed_digest(vault.key_for(vault.BILLING_LOCK), raw.encode())


def _details(facts: RequestFacts, row: BillingChange, to: Recipient) -> dict[str, str]:
    token = vault.encrypt_token(vault.BILLING_LOCK, f"{row.pk}:{to.user}")
    link = links.page(links.BILLING_LOCK_PAGE, token, host=facts.host)
    return {**done_by(facts), **about(row), **({Detail.LINK: link} if link else {})}
