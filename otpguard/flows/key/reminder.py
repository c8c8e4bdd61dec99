"""What the sweep does about old secrets: remind of them, once for each secret."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.api_key import is_rotation_due
from otpguard.core.events.key import KeyRotationReminded
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.flows.notice.notify import notify
from otpguard.models import KeyRecord
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.tenants.administrators import administrators_of
from otpguard.tenants.directory import member_of

BATCH = 500
"""The most keys in one round, so the other parts of the sweep get their turn."""


def remind_of_rotation(*, now: datetime) -> int:
    """Tell who made or last rotated a key, and the tenant's administrators, that its secret is old.

    How old is ROTATION_DAYS of the setting API_KEYS; 0 reminds nobody. Each person gets one notice
    for all keys of a tenant that have come due. Each tenant is a transaction of its own: of two
    workers one reminds. Returns how many keys it was.
    """
    days = settings().api_keys.rotation_days
    if not days:
        return 0
    before = now - timedelta(days=days)
    old = KeyRecord.objects.filter(
        Q(rotated_at=None, created_at__lte=before) | Q(rotated_at__lte=before),
        deleted_at=None,
        reminded_at=None,
    )
    tenants: dict[UUID, list[UUID]] = {}
    for tenant, key in old.order_by("tenant_id").values_list("tenant_id", "pk")[:BATCH]:
        tenants.setdefault(tenant, []).append(key)
    return sum(_remind(tenant, keys, days, now) for tenant, keys in tenants.items())


def _remind(tenant: UUID, keys: Iterable[UUID], days: int, now: datetime) -> int:
    with transaction.atomic():
        rows = KeyRecord.objects.select_for_update(of=("self",)).select_related(
            "created_by", "rotated_by"
        )
        found = [
            row
            for row in rows.filter(pk__in=keys, reminded_at=None, deleted_at=None).order_by("pk")
            if _is_due(row, days, now)
        ]
        if not found:
            return 0
        KeyRecord.objects.filter(pk__in=[row.pk for row in found]).update(reminded_at=now)
        people = _people(tenant, found)
        for user in people:
            notify(
                facts=RequestFacts(now=now),
                kind=NoticeKind.KEYS_DUE,
                user_id=user,
                tenant_id=str(tenant),
                context={str(Detail.KEYS): str(len(found)), str(Detail.DAYS): str(days)},
            )
        record(
            KeyRotationReminded(count=len(found), days=days, people=len(people)),
            Circumstances(now=now, tenant=str(tenant)),
        )
    return len(found)


def _is_due(row: KeyRecord, days: int, now: datetime) -> bool:
    since = row.rotated_at or row.created_at
    return since is not None and is_rotation_due(since, days=days, now=now)


def _people(tenant: UUID, rows: list[KeyRecord]) -> list[str]:
    """Who is told, each once: the last who gave each key its secret and is still a member, then the
    administrators."""
    responsible = [row.rotated_by or row.created_by for row in rows]
    people = dict.fromkeys(str(each.pk) for each in responsible if each and each.is_active)
    members = [user for user in people if _is_member(user, tenant)]
    return list(dict.fromkeys([*members, *administrators_of(tenant)]))


def _is_member(user: str, tenant: UUID) -> bool:
    found = member_of(user, str(tenant))
    return found is not None and found.active
