"""The rows of the outbox as a worker takes them and gives them back: a few statements by hand.

Every message passes each of these, and to have the ORM make them cost more than the message itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from otpguard.channels import obstacles
from otpguard.channels.obstacles import Obstacles
from otpguard.core.challenge import DeliveryState, states_before
from otpguard.models import Challenge, Delivery, Tenant
from otpguard.models.columns import Columns
from otpguard.models.prepared import prepared_cursor

_DELIVERY = Columns(
    Delivery,
    *("id", "challenge", "tenant", "step", "generation", "channel", "provider", "receipts"),
    *("state", "lease_until", "country", "remote", "cost_micros", "carrier", "network_route"),
    "created_at",
)
_CHALLENGE = Columns(
    Challenge,
    *("id", "seed", "key_id", "generation", "story", "user", "tenant", "checkpoint", "target"),
    *("factor", "enrolls", "destination", "net", "language", "plan", "step", "fallback_seconds"),
    *("state", "created_at", "due_at", "sends", "expires_at", "closed_at"),
)
_TENANT = Columns(Tenant, "id", "slug", "brand")
_LOCKED = Columns(
    Challenge,
    *("generation", "plan", "step", "state", "undeliverable", "sends"),
    *("last_sent_at", "due_at", "closed_at"),
)
_DUE = Columns(Challenge, "due_at")
_KEY = Columns(Delivery, "id")
_LEASE = Columns(Delivery, "state", "lease_until")
_MOVED = Columns(
    Delivery,
    *("state", "lease_until", "outcome", "failure", "provider_ref", "sent_at"),
    *("country", "cost_micros", "carrier", "network_route"),
)

_FREE = "id = %s AND (state = %s OR (state = %s AND lease_until < %s))"
_CLAIM = f"UPDATE {_LEASE.table} SET {_LEASE.set()} WHERE {_FREE}"  # noqa: S608 (constant text)
# Never waits for the row: what is read with it would be as old as the wait. Whoever holds it calls
# for it again, or is done with it.
_CLAIM_NOW = (
    f"UPDATE {_LEASE.table} SET {_LEASE.set()} WHERE id = (SELECT id"  # noqa: S608 (the same)
    f" FROM {_LEASE.table} WHERE {_FREE} FOR UPDATE SKIP LOCKED)"
)
_TAKE = (
    f"SELECT {_DELIVERY.of('d')}, {_CHALLENGE.of('c')}, {_TENANT.of('t')},"  # noqa: S608 (the same)
    f" {obstacles.columns('d')} FROM {{}} d JOIN {_CHALLENGE.table} c ON c.id = d.challenge_id"
    f" LEFT JOIN {_TENANT.table} t ON t.id = c.tenant_id"
)
_LOCK = f"SELECT {_LOCKED.of()} FROM {_LOCKED.table} WHERE id = %s"  # noqa: S608 (the same)
_LOCK_BOTH = _LOCK.replace("SELECT", "SELECT pg_advisory_xact_lock(%s),")
_MOVE = (
    f"UPDATE {_MOVED.table} SET {_MOVED.set()} WHERE id = %s"  # noqa: S608 (the same)
    " AND state IN ({})"
)
_MOVE_OWN = _MOVE.format("%s") + " AND lease_until = %s"
_SET_DUE = f"UPDATE {_DUE.table} SET {_DUE.set()} WHERE id = %s"  # noqa: S608 (the same)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A delivery that is ours to send, with its challenge and tenant, and what is in its way."""

    delivery: Delivery
    obstacles: Obstacles


def claim(delivery_id: str, *, now: datetime, until: datetime) -> Claimed | None:
    """Take a delivery that is queued, or whose lease has lapsed, until then; None for no other.

    One conditional UPDATE: of many who ask at once, one gets it. Commits by itself.
    """
    key = _KEY.bind(UUID(delivery_id))
    sending, moment = _LEASE.bind(DeliveryState.SENDING.value, now)
    taken = _LEASE.bind(DeliveryState.SENDING.value, until)
    params = [*taken, *key, DeliveryState.QUEUED.value, sending, moment]
    with prepared_cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"WITH d AS ({_CLAIM_NOW} RETURNING *) {_TAKE.format('d')}", params)
        else:
            cursor.execute(_CLAIM, params)
            if not cursor.rowcount:
                return None
            cursor.execute(f"{_TAKE.format(_DELIVERY.table)} WHERE d.id = %s", key)
        row = cursor.fetchone()
    return None if row is None else _claimed(row)


def _claimed(row: tuple[Any, ...]) -> Claimed:
    first, second = len(_DELIVERY), len(_DELIVERY) + len(_CHALLENGE)
    third = second + len(_TENANT)
    delivery = _DELIVERY.read(row[:first])
    delivery.challenge = _CHALLENGE.read(row[first:second])
    if delivery.challenge.tenant_id is not None:
        delivery.challenge.tenant = _TENANT.read(row[second:third])
    return Claimed(delivery=delivery, obstacles=obstacles.read(row[third:]))


def lock(challenge: Challenge, *, advisory: int | None = None) -> None:
    """Lock the challenge's row until the caller's transaction ends, and read anew what may have
    changed.

    `advisory` is a number to lock with it; SQLite, with its one writer, needs neither. Raises
    Challenge.DoesNotExist when the row is gone.
    """
    sql, params = _LOCK, _KEY.bind(challenge.pk)
    if connection.vendor == "postgresql" and advisory is not None:
        sql, params = _LOCK_BOTH, [advisory, *params]
    ending = connection.ops.for_update_sql() if connection.features.has_select_for_update else ""
    with prepared_cursor() as cursor:
        cursor.execute(f"{sql} {ending}", params)
        row = cursor.fetchone()
    if row is None:
        raise Challenge.DoesNotExist
    _LOCKED.refresh(challenge, row[-len(_LOCKED) :])


def move(
    delivery: Delivery,
    state: DeliveryState,
    *,
    outcome: str,
    failure: str = "",
    reference: str = "",
    sent_at: datetime | None = None,
    accepted: bool = False,
) -> bool:
    """Give the row back in another state; False when it is not ours any more.

    It is as long as it lies there as it was claimed: whoever was taken for dead must not undo what
    came after. Only a vendor that has `accepted` the message is believed beyond that, for so it is
    not sent again. Writes country, cost and way as they stand in `delivery`. Joins the caller's
    transaction. Raises IntegrityError when another delivery of this provider has the reference.
    """
    values = _MOVED.bind(
        state.value,
        None,
        outcome[:120],
        failure,
        reference[:128] or None,
        sent_at,
        delivery.country,
        delivery.cost_micros,
        delivery.carrier,
        delivery.network_route,
    )
    key = _KEY.bind(delivery.pk)
    with prepared_cursor() as cursor:
        if accepted:
            before = [*states_before(state), DeliveryState.QUEUED]
            places = ", ".join(["%s"] * len(before))
            cursor.execute(_MOVE.format(places), [*values, *key, *map(str, before)])
        else:
            own = _LEASE.bind(DeliveryState.SENDING.value, delivery.lease_until)
            cursor.execute(_MOVE_OWN, [*values, *key, *own])
        return bool(cursor.rowcount)


def set_due(challenge: Challenge, due: datetime) -> None:
    """Set the fallback timer. Joins the caller's transaction, which holds the challenge's row."""
    challenge.due_at = due
    with prepared_cursor() as cursor:
        cursor.execute(_SET_DUE, [*_DUE.bind(due), *_KEY.bind(challenge.pk)])
