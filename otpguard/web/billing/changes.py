"""A tenant's own list of billing changes, where two billing admins lift a lock."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from otpguard.account import email_of
from otpguard.conf import settings
from otpguard.core.audience import Audience
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import mask_email
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.release.billing_lock import may_lift
from otpguard.flows.release.held import BILLING_LOCK
from otpguard.flows.release.lift import CHECKPOINT, asked_to_lift, lift_or_ask
from otpguard.http.guard import require
from otpguard.http.refusal import SeeOther
from otpguard.labels import billing_field_label
from otpguard.models import BillingChange
from otpguard.tenants.recipients import named_people
from otpguard.web.security.own_pages import not_found, own_page, refused

SHOWN = timedelta(days=90)
MOST = 50


@own_page
@require_safe
def billing_changes(request: HttpRequest, facts: RequestFacts) -> HttpResponse:
    """The changes of the last 90 days, the newest first. 404 for who does not look after them."""
    if not _may_see(facts):
        return not_found(request)
    recent = _of(facts).filter(at__gt=facts.now - SHOWN).select_related("by")[:MOST]
    return render(
        request,
        "otpguard/billing/changes.html",
        {
            "rows": [_line(facts, row) for row in recent],
            "support_url": settings().support_url,
        },
    )


@own_page
@require_http_methods(["GET", "POST"])
def lift(request: HttpRequest, facts: RequestFacts, change_id: UUID) -> HttpResponse:
    """GET says what will happen; POST lifts a lock, or says so as the first of two, after a
    proof."""
    row = _of(facts).filter(pk=change_id).first() if _may_see(facts) else None
    if row is None:
        return not_found(request)
    line = _line(facts, row)
    if request.method == "POST":
        # Not by `billing_change`, which is locked itself now.
        reason = request.POST.get("reason", "")
        require(
            request,
            CHECKPOINT,
            target=_("lift the lock of billing changes"),
            body={"change": str(row.pk), "reason": reason},
        )
        try:
            lift_or_ask(facts=facts, kind=BILLING_LOCK, held_id=str(row.pk), reason=reason)
        except (InvalidInput, NotAllowed) as error:
            status = 400 if isinstance(error, InvalidInput) else 403
            return refused(request, error.message, status=status)
        return SeeOther(reverse("otpguard:billing-changes"))
    context = {"line": line, "support_url": settings().support_url}
    return render(request, "otpguard/billing/lift.html", context)


def has_billing_changes(facts: RequestFacts) -> bool:
    """Whether the list has something to show to this person."""
    if not facts.tenant:
        return False
    return _of(facts).filter(at__gt=facts.now - SHOWN).exists() and _may_see(facts)


def _may_see(facts: RequestFacts) -> bool:
    """The billing admins and administrators of the tenant that is selected."""
    if not facts.tenant:
        return False
    people = (
        *named_people(facts.tenant, Audience.BILLING_ADMINS),
        *named_people(facts.tenant, Audience.ADMINS),
    )
    return facts.user in {each.user for each in people}


def _of(facts: RequestFacts) -> QuerySet[BillingChange]:
    return BillingChange.objects.filter(Q(tenant=facts.tenant)).order_by("-at")


def _line(facts: RequestFacts, row: BillingChange) -> dict[str, object]:
    locked = row.locked_until is not None and row.lifted_at is None
    running = locked and row.locked_until is not None and row.locked_until > facts.now
    return {
        "row": row,
        "field": billing_field_label(row.field),
        "by": mask_email(email_of(row.by)),
        "locked": running,
        "waits": running and asked_to_lift(facts=facts, kind=BILLING_LOCK, held_id=str(row.pk)),
        "may_lift": running and may_lift(facts=facts, change=row),
    }
