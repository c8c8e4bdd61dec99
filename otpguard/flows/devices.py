"""Remember and forget devices: browsers that have proven a factor of somebody.

A known device proves nothing; it keeps the owner's own lane open while somebody else guesses (A4).
Devices are a person's own, whatever tenant they work in: no tenant reaches them (C25).
"""

from __future__ import annotations

import secrets

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import QuerySet

from otpguard.audit.recorder import Circumstances, record
from otpguard.core.events import DeviceRemembered, DeviceRevoked
from otpguard.core.facts import RequestFacts
from otpguard.factors.devices import LIFE, current, digests
from otpguard.flows.scope import check_person
from otpguard.models import KnownDevice

MAX_DEVICES = 20
"""Live devices that one person may have."""


def remember(*, facts: RequestFacts) -> str:
    """Know the browser that has just given a right answer; returns the id for its cookie.

    A device that is known already keeps its id and lives on. A new one gets a random id of 128
    bits and an event, and takes the place of the one unseen for longest when there are too many;
    for that it locks the user's row. An id that was revoked is never taken up again.
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
    with transaction.atomic():
        get_user_model().objects.select_for_update(no_key=True).get(pk=facts.user)
        made = KnownDevice.objects.create(
            user_id=facts.user, digest=digests(device)[0], first_seen_at=facts.now, **renewed
        )
        record(DeviceRemembered(device=str(made.pk), name=made.name), Circumstances.of(facts))
        mine = KnownDevice.objects.live_of(facts.user, now=facts.now)
        others = mine.exclude(pk=made.pk).order_by("-last_seen_at", "-first_seen_at")
        surplus = others[MAX_DEVICES - 1 :]
        _revoke(facts, mine.filter(pk__in=[row.pk for row in surplus]), "too many devices")
    return device


def revoke_device(*, facts: RequestFacts, device: KnownDevice, reason: str) -> bool:
    """Forget one device: its cookie is worthless at once. False when it was revoked already.

    Raises NotAllowed for anybody but the person and the site.
    """
    check_person(facts, device.user_id)
    with transaction.atomic():
        return bool(_revoke(facts, KnownDevice.objects.filter(pk=device.pk), reason))


def revoke_all_devices(*, facts: RequestFacts, user: str, reason: str) -> int:
    """Forget every device of `user`; returns how many. Raises NotAllowed as `revoke_device`."""
    check_person(facts, user)
    with transaction.atomic():
        return _revoke(facts, KnownDevice.objects.filter(user_id=user), reason)


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
