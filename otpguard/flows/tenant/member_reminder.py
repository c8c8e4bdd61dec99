"""Remind one member to set up a way to confirm, when an administrator asks for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.enrollment import EnrollmentStatus, NotRequired, best, enrollment_status
from otpguard.core.events.tenant import MemberReminded
from otpguard.core.facts import RequestFacts
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.database import transaction
from otpguard.exceptions import NotAllowed
from otpguard.factors.enrolled import live_factors
from otpguard.flows.notice.notify import notify
from otpguard.flows.scope import check_tenant
from otpguard.models import Event, Membership
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants.directory import member_of
from otpguard.tenants.rules import rules_of

AGAIN_AFTER = timedelta(days=1)
"""So often at the most, whichever administrator asks: a reminder must not become a nuisance."""


def remind_member(*, facts: RequestFacts, member_id: UUID, tenant_id: str) -> bool:
    """Tell a member that a way to confirm is missing. False if somebody had them told within
    AGAIN_AFTER.

    Locks the membership; the notice and its event are committed together. Raises NotAllowed for an
    actor of another tenant, for somebody who is no active member, and for a member who has what is
    asked of them.
    """
    check_tenant(facts, tenant_id)
    with transaction.atomic():
        rows = Membership.objects.select_for_update(of=("self",), no_key=True).select_related(
            "tenant"
        )
        row = rows.filter(pk=member_id, tenant_id=tenant_id, active=True).first()
        stands = None if row is None else _missing(row, facts.now)
        if row is None or stands is None:
            raise NotAllowed(str(_("This person needs no reminder.")))
        user = str(row.user_id)
        if _was_reminded(tenant_id, user, facts.now):
            return False
        due: dict[str, str] = {}
        if not isinstance(stands, NotRequired):
            due[Detail.DUE] = stands.deadline.isoformat()
        notify(
            facts=facts,
            kind=NoticeKind.ENROLLMENT_DUE,
            user_id=user,
            tenant_id=tenant_id,
            context=due,
        )
        record(MemberReminded(), Circumstances.of(facts, tenant=tenant_id, subject=user))
    return True


def _missing(row: Membership, now: datetime) -> EnrollmentStatus | None:
    """What is asked of a member and not there yet; NotRequired for one who has nothing and need
    not; None for nothing."""
    user, tenant = str(row.user_id), str(row.tenant_id)
    known = member_of(user, tenant)
    if known is None or not known.active:
        return None
    factors = live_factors(user=user, tenant=tenant)
    profile = settings().assurance_profile
    stands = enrollment_status(
        rules_of(tenant, row.tenant.policy_version),
        roles=known.roles,
        factors=factors,
        profile=profile,
        now=now,
        member_since=known.since,
    )
    is_done = isinstance(stands, NotRequired) and best(factors, profile) is not None
    return None if is_done else stands


def _was_reminded(tenant_id: str, user: str, now: datetime) -> bool:
    since = uuid7(now - AGAIN_AFTER, bytes(RANDOM_BYTES))
    told = Event.objects.filter(tenant_id=tenant_id, subject_ref=user, pk__gte=since)
    return told.filter(kind=MemberReminded.code).exists()
