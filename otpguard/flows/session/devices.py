"""Remember and forget devices: browsers that have proven a factor of somebody.

A known device proves nothing; it keeps the owner's own lane open while somebody else guesses (A4).
Devices are a person's own, whatever tenant they work in: no tenant reaches them (C25).
"""

from __future__ import annotations

import secrets
from functools import cache
from uuid import UUID

from django.db.models import QuerySet

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import insert_from, record, values_of
from otpguard.core.events.session import DeviceRemembered, DeviceRevoked
from otpguard.core.facts import RequestFacts
from otpguard.database import connection, transaction
from otpguard.factors.devices import LIFE, current, digests
from otpguard.flows.lock_order import lock_person
from otpguard.flows.scope import check_person
from otpguard.models import KnownDevice
from otpguard.prepared_sql import Columns, every_column
from otpguard.statements import fetch

_DEVICE = every_column(KnownDevice)
_LIVE = Columns(KnownDevice, "user", "expires_at")

MAX_DEVICES = 20
"""Live devices that one person may have."""


def remember_device(*, facts: RequestFacts) -> str:
    """Remember the browser that has just given a right answer; returns the id for its cookie.

    A known device keeps its id, and its lifetime starts again. A new one gets a random id of 128
    bits and an event; if there are too many, the device unseen for longest is revoked. Locks the
    user's row for that. A revoked id is never used again.
    """
    renewed = {
        "name": facts.agent,
        "last_seen_at": facts.now,
        "expires_at": facts.now + LIFE,
    }
    if facts.device:
        # Also moves the digest to the newest key, before its own is dropped.
        newest = digests(facts.device)[0]
        if current(facts).update(digest=newest, **renewed):
            return facts.device
    device = secrets.token_urlsafe(16)
    made = KnownDevice(
        user_id=facts.user, digest=digests(device)[0], first_seen_at=facts.now, **renewed
    )
    remembered = DeviceRemembered(device=str(made.pk), name=made.name)
    with transaction.joined():
        lock_person(facts.user)
        if connection.vendor == "postgresql":
            surplus = _add(facts, made, remembered)
        else:
            made.save(force_insert=True)
            record(remembered, Circumstances.of(facts))
            surplus = _surplus(facts, made)
        if surplus:
            _revoke(facts, KnownDevice.objects.filter(pk__in=surplus), "too many devices")
    return device


def _surplus(facts: RequestFacts, made: KnownDevice) -> list[UUID]:
    """The devices that are too many beside a new one: those unseen for longest."""
    others = KnownDevice.objects.live_of(facts.user, now=facts.now).exclude(pk=made.pk)
    ordered = others.order_by("-last_seen_at", "-first_seen_at")
    return list(ordered.values_list("pk", flat=True)[MAX_DEVICES - 1 :])


def _add(facts: RequestFacts, made: KnownDevice, remembered: DeviceRemembered) -> list[UUID]:
    """Write a new device with its event, and read `_surplus`, in one statement."""
    params = [
        *_DEVICE.bind_all(made),
        *values_of(remembered, Circumstances.of(facts)),
        *_LIVE.bind(made.user_id, facts.now),
        MAX_DEVICES - 1,
    ]
    return [pk for (pk,) in fetch(_add_sql(), params)]


@cache
def _add_sql() -> str:
    # What the statement itself inserts, it does not read.
    return (
        f"WITH made AS (INSERT INTO {_DEVICE.table} ({_DEVICE.names()})"  # noqa: S608 (constant text)
        f" SELECT {_DEVICE.places()} RETURNING 1), told AS ({insert_from('made')})"
        f" SELECT id FROM {_DEVICE.table} WHERE user_id = %s AND revoked_at IS NULL"
        " AND expires_at > %s ORDER BY last_seen_at DESC, first_seen_at DESC OFFSET %s"
    )


def revoke_device(*, facts: RequestFacts, device: KnownDevice, reason: str) -> bool:
    """Forget one device: its cookie is worthless at once. False when it was revoked already.

    Raises NotAllowed for anybody but the person and the site.
    """
    check_person(facts, device.user_id)
    with transaction.atomic():
        return bool(_revoke(facts, KnownDevice.objects.filter(pk=device.pk), reason))


def _revoke(facts: RequestFacts, devices: QuerySet[KnownDevice], reason: str) -> int:
    """Revoke those that are not, one event each, in the caller's transaction. Locks them."""
    rows = list(devices.select_for_update().filter(revoked_at=None).order_by("pk"))
    for row in rows:
        KnownDevice.objects.filter(pk=row.pk).update(revoked_at=facts.now)
        record(
            DeviceRevoked(device=str(row.pk), name=row.name, reason=reason),
            Circumstances.of(facts, subject=str(row.user_id)),
        )
    return len(rows)
