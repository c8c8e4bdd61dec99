"""Claim rows of the outbox and give them back, in a few hand-written statements.

Every message passes through all of them; building them in the ORM cost more than the message
itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from otpguard.channels import precheck
from otpguard.channels.precheck import Precheck
from otpguard.core.challenge import DeliveryState, states_before
from otpguard.database import connection
from otpguard.models import Challenge, Delivery, Tenant
from otpguard.prepared_sql import Columns
from otpguard.queue import DELIVER, enqueue_all
from otpguard.statements import fetch, prepared_cursor

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
    *("state", "created_at", "due_at", "sends", "expires_at", "closed_at", "sid", "intent"),
)
_TENANT = Columns(Tenant, "id", "slug", "brand")
_LOCKED = Columns(
    Challenge,
    *("generation", "plan", "step", "state", "undeliverable", "sends"),
    *("last_sent_at", "due_at", "closed_at"),
)
_DUE = Columns(Challenge, "due_at")
_NEW = Columns(
    Delivery,
    *("id", "challenge", "tenant", "step", "generation", "channel", "provider", "receipts"),
    *("remote", "country", "created_at"),
)
_SAME = Columns(
    Delivery,
    *(
        field.name
        for field in Delivery._meta.concrete_fields  # noqa: SLF001 (Django's documented Meta API)
        if field.attname not in _NEW.attributes
    ),
)
"""What all new rows have in common: the defaults."""
_KEY = Columns(Delivery, "id")
_LEASE = Columns(Delivery, "state", "lease_until")
MOVED = Columns(
    Delivery,
    *("state", "lease_until", "outcome", "failure", "provider_ref", "sent_at"),
    *("country", "cost_micros", "carrier", "network_route"),
)

_FREE = "id = %s AND (state = %s OR (state = %s AND lease_until < %s))"
_CLAIM = f"UPDATE {_LEASE.table} SET {_LEASE.set()} WHERE {_FREE}"  # noqa: S608 (constant text)
# Never waits for the row: the data read with it would be as old as the wait. The holder enqueues it
# again or finishes it.
_CLAIM_NOW = (
    f"UPDATE {_LEASE.table} SET {_LEASE.set()} WHERE id = (SELECT id"  # noqa: S608 (the same)
    f" FROM {_LEASE.table} WHERE {_FREE} FOR UPDATE SKIP LOCKED)"
)
_TAKE = (
    f"SELECT {_DELIVERY.of('d')}, {_CHALLENGE.of('c')}, {_TENANT.of('t')},"  # noqa: S608 (the same)
    f" {precheck.columns('d', 'c')} FROM {{}} d JOIN {_CHALLENGE.table} c ON c.id = d.challenge_id"
    f" LEFT JOIN {_TENANT.table} t ON t.id = c.tenant_id"
)
# It waits for the disk: of a message that left, the claim must be there, whatever the server does.
_CLAIM_AND_TAKE = f"WITH d AS ({_CLAIM_NOW} RETURNING *) {_TAKE.format('d')}"
_LOCK = f"SELECT {_LOCKED.of()} FROM {_LOCKED.table} WHERE id = %s"  # noqa: S608 (the same)
_LOCK_BOTH = _LOCK.replace("SELECT", "SELECT pg_advisory_xact_lock(%s),")
_MOVE = (
    f"UPDATE {MOVED.table} SET {MOVED.set()} WHERE id = %s"  # noqa: S608 (the same)
    " AND state IN ({})"
)
_MOVE_OWN = _MOVE.format("%s") + " AND lease_until = %s"
_INSERT = (
    f"INSERT INTO {_NEW.table} ({_NEW.names()}, {_SAME.names()})"  # noqa: S608 (the same)
    f" SELECT a.*, {', '.join(['%s'] * len(_SAME))} FROM {{}} AS a"
)
_SET_DUE = f"UPDATE {_DUE.table} SET {_DUE.set()} WHERE id = %s"  # noqa: S608 (the same)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedDelivery:
    """A delivery that this worker sends, with its challenge, its tenant and what to check first."""

    delivery: Delivery
    precheck: Precheck


def claim_delivery(delivery_id: str, *, now: datetime, until: datetime) -> ClaimedDelivery | None:
    """Claim a delivery that is queued or whose lease has ended; None if somebody else holds it.

    The claim lasts until `until`. One conditional UPDATE, so of many callers one wins. Commits by
    itself.
    """
    key = _KEY.bind(UUID(delivery_id))
    sending, moment = _LEASE.bind(DeliveryState.SENDING.value, now)
    taken = _LEASE.bind(DeliveryState.SENDING.value, until)
    params = [*taken, *key, DeliveryState.QUEUED.value, sending, moment]
    if connection.vendor == "postgresql":
        found = fetch(_CLAIM_AND_TAKE, params)
        return _claimed(found[0]) if found else None
    with prepared_cursor() as cursor:
        cursor.execute(_CLAIM, params)
        if not cursor.rowcount:
            return None
        cursor.execute(f"{_TAKE.format(_DELIVERY.table)} WHERE d.id = %s", key)
        row = cursor.fetchone()
    return None if row is None else _claimed(row)


def _claimed(row: tuple[Any, ...]) -> ClaimedDelivery:
    first, second = len(_DELIVERY), len(_DELIVERY) + len(_CHALLENGE)
    third = second + len(_TENANT)
    delivery = _DELIVERY.read(row[:first])
    delivery.challenge = _CHALLENGE.read(row[first:second])
    if delivery.challenge.tenant_id is not None:
        delivery.challenge.tenant = _TENANT.read(row[second:third])
    return ClaimedDelivery(delivery=delivery, precheck=precheck.read(row[third:]))


def lock_challenge(challenge: Challenge, *, advisory: int | None = None) -> None:
    """Lock the challenge's row until the caller's transaction ends, and reload what may have
    changed.

    `advisory` is a number to lock with it; SQLite, with its one writer, needs neither lock. Raises
    Challenge.DoesNotExist if the row is gone.
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


def move_delivery(
    delivery: Delivery,
    state: DeliveryState,
    *,
    outcome: str,
    failure: str = "",
    reference: str = "",
    sent_at: datetime | None = None,
    accepted: bool = False,
) -> bool:
    """Give the row back in another state; False if this worker no longer holds it.

    A worker holds the row as long as it is unchanged since the claim: a worker whose lease ended
    must not undo its successor's work. There is one exception: if the vendor `accepted` the
    message, that is always recorded, so it is not sent again. Writes country, cost, carrier and
    route from `delivery`. Joins the caller's transaction. Raises IntegrityError if another delivery
    of this provider has the reference.
    """
    values = moved_values(
        delivery, state, outcome=outcome, failure=failure, reference=reference, sent_at=sent_at
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


def moved_values(
    delivery: Delivery,
    state: DeliveryState,
    *,
    outcome: str,
    failure: str = "",
    reference: str = "",
    sent_at: datetime | None = None,
) -> list[Any]:
    """The values of MOVED for a row that is given back, as `move_delivery` writes them."""
    return MOVED.bind(
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


def set_due(challenge: Challenge, due: datetime) -> None:
    """Set the fallback timer. Joins the caller's transaction, which holds the challenge's row."""
    challenge.due_at = due
    with prepared_cursor() as cursor:
        cursor.execute(_SET_DUE, [*_DUE.bind(due), *_KEY.bind(challenge.pk)])


def enqueue_deliveries(challenges: Sequence[Challenge]) -> None:
    """Write the current step of each challenge to the outbox, and wake workers after the commit.

    Joins the caller's transaction.
    """
    if not challenges:
        return
    deliveries = [delivery_of(challenge) for challenge in challenges]
    if connection.vendor == "postgresql":
        rows = [[getattr(row, name) for name in _NEW.attributes] for row in deliveries]
        with prepared_cursor() as cursor:
            cursor.execute(
                _INSERT.format(_NEW.unnest()), [*_SAME.bind_defaults(), *_NEW.bind_rows(rows)]
            )
    else:
        Delivery.objects.bulk_create(deliveries)
    wake_workers(deliveries)


def delivery_of(challenge: Challenge) -> Delivery:
    """The current step of a challenge, unsaved."""
    route = challenge.plan[challenge.step]
    return Delivery(
        challenge=challenge,
        tenant_id=challenge.tenant_id,
        step=challenge.step,
        generation=challenge.generation,
        channel=route["channel"],
        provider=route["provider"],
        receipts=route["receipts"],
        remote=route.get("remote", False),
        country=route.get("country", ""),
        created_at=challenge.last_sent_at,
    )


def wake_workers(deliveries: Sequence[Delivery]) -> None:
    """Let workers send these as soon as the caller's transaction is committed."""
    enqueue_all(DELIVER, [{"delivery_id": str(delivery.pk)} for delivery in deliveries])
