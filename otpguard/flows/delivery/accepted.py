"""Record that a vendor took a message: the delivery, the fallback timer, the event.

Nearly always the challenge is as the sender has read it. Then one round trip writes all of it on
PostgreSQL (`record_at_once`). If anything has happened meanwhile, that writes nothing, and
`record_in_steps` looks at what there is by now; SQLite always takes these steps.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache

from otpguard.audit.recorder import insert_from, record, values_of
from otpguard.channels import catalog
from otpguard.channels.base import Receiving
from otpguard.core.challenge import ChallengeState, DeliveryState, states_before
from otpguard.core.events.challenge import ChallengeSent
from otpguard.core.outcome import Accepted
from otpguard.database import connection, transaction
from otpguard.flows.delivery.cost import record_cost_of_send
from otpguard.flows.delivery.early_receipts import (
    EARLY,
    RECEIPTS,
    apply_early_receipts,
    early_values,
)
from otpguard.flows.delivery.event_context import circumstances_of
from otpguard.flows.delivery.outbox import (
    MOVED,
    lock_challenge,
    move_delivery,
    moved_values,
    set_due,
)
from otpguard.flows.delivery.patience import due_after_send
from otpguard.flows.delivery.receipts import receipt_lock_key
from otpguard.flows.delivery.status_poll import POLL_AFTER, is_polled, schedule_poll
from otpguard.flows.delivery.vendor_calls import STATUS_CALL
from otpguard.flows.delivery.vendor_closing import schedule_closing_of_earlier
from otpguard.models import Challenge, Delivery
from otpguard.prepared_sql import Columns
from otpguard.statements import run_together

_AS_READ = Columns(Challenge, "id", "state", "step", "generation", "sends")
_TIMER = Columns(Challenge, "due_at")
_POLL = Columns(Delivery, "status_call_at")
_KEY = Columns(Delivery, "id")
_LOCK_RECEIPTS = "SELECT pg_advisory_xact_lock(%s)"


def record_accepted(
    delivery: Delivery, challenge: Challenge, outcome: Accepted, now: datetime
) -> None:
    """Record it, and what follows from it; receipts that came before it are applied.

    Locks the challenge's row; commits by itself. Raises IntegrityError if another delivery of this
    provider has the reference, Challenge.DoesNotExist if the challenge is gone.
    """
    record_cost_of_send(delivery, challenge, outcome.cost_micros, now)
    delivery.carrier = outcome.carrier[:64] or delivery.carrier
    delivery.network_route = outcome.route[:64] or delivery.network_route
    if not record_at_once(delivery, challenge, outcome, now):
        with transaction.atomic():
            record_in_steps(delivery, challenge, outcome, now)


def record_at_once(
    delivery: Delivery, challenge: Challenge, outcome: Accepted, now: datetime
) -> bool:
    """The usual case in one round trip; False if it is another one, with nothing written.

    Usual is: the challenge is open and still as `challenge` says, the row is one that an accepted
    message moves, nothing else is open at a vendor, and no receipt was here first. Locks and
    commits as `record_accepted`.
    """
    if not _may_be_usual(delivery, challenge):
        return False
    reference, state = outcome.reference[:128], _state_of(outcome)
    awaits = _awaits(delivery, reference)
    due = None if outcome.delivered else due_after_send(challenge, delivery, now)
    polls = not outcome.delivered and is_polled(delivery)
    before = [*states_before(state), DeliveryState.QUEUED]
    params = [
        *_AS_READ.bind(
            challenge.pk,
            ChallengeState.OPEN.value,
            delivery.step,
            challenge.generation,
            challenge.sends,
        ),
        *moved_values(delivery, state, outcome="accepted", reference=reference, sent_at=now),
        STATUS_CALL.most,
        *_POLL.bind(now + POLL_AFTER if polls else None),
        *_KEY.bind(delivery.pk),
        *(each.value for each in before),
        *(early_values(delivery, reference) if awaits else ()),
        *(_TIMER.bind(due) if due else ()),
        *values_of(_event(delivery, outcome), circumstances_of(challenge, now)),
    ]
    sql = _at_once_sql(places=len(before), awaits=awaits, timed=due is not None)
    # A statement of its own for the lock: only the next one sees what it waited for.
    key = receipt_lock_key(delivery.provider, reference)
    locks = [(_LOCK_RECEIPTS, [key])] if awaits else []
    return bool(run_together([*locks, (sql, params)])[-1])


def record_in_steps(
    delivery: Delivery, challenge: Challenge, outcome: Accepted, now: datetime
) -> None:
    """Every case, one look at a time. Joins the caller's transaction."""
    reference = outcome.reference[:128]
    awaits = _awaits(delivery, reference)
    lock_challenge(
        challenge, advisory=receipt_lock_key(delivery.provider, reference) if awaits else None
    )
    moved = move_delivery(
        delivery,
        _state_of(outcome),
        outcome="accepted",
        reference=reference,
        sent_at=now,
        accepted=True,
    )
    if not moved:
        return
    if not outcome.delivered:
        due = due_after_send(challenge, delivery, now)
        if due is not None:
            set_due(challenge, due)
        schedule_poll(delivery, now=now)
    schedule_closing_of_earlier(delivery, challenge, now=now)
    record(_event(delivery, outcome), circumstances_of(challenge, now))
    if awaits:
        apply_early_receipts(delivery, challenge, reference=reference, now=now)


def _may_be_usual(delivery: Delivery, challenge: Challenge) -> bool:
    """Of a first step nothing earlier can be open at a vendor."""
    return (
        connection.vendor == "postgresql"
        and challenge.state == ChallengeState.OPEN
        and challenge.step == delivery.step
        and (delivery.step == 0 or not catalog.closing_providers())
    )


def _awaits(delivery: Delivery, reference: str) -> bool:
    """True if a receipt may have arrived before the vendor's answer."""
    if not reference:
        return False
    return delivery.receipts or catalog.offered(delivery.provider, Receiving) is not None


def _state_of(outcome: Accepted) -> DeliveryState:
    return DeliveryState.DELIVERED if outcome.delivered else DeliveryState.SENT


def _event(delivery: Delivery, outcome: Accepted) -> ChallengeSent:
    return ChallengeSent(
        channel=delivery.channel,
        provider=delivery.provider,
        step=delivery.step,
        delivered=outcome.delivered,
    )


@cache
def _at_once_sql(*, places: int, awaits: bool, timed: bool) -> str:
    """The challenge's row is locked first, and read as it is by then: who waited for the lock
    finds the row changed, and writes nothing. Everything goes by primary keys; the receipts by
    their two indexes."""
    early = f" AND NOT EXISTS (SELECT 1 FROM {RECEIPTS} WHERE {EARLY})" if awaits else ""  # noqa: S608 (constant text)
    timer = (
        f", t AS (UPDATE {_TIMER.table} SET {_TIMER.set()} FROM d"  # noqa: S608 (the same)
        f" WHERE {_TIMER.table}.id = d.challenge_id)"
    )
    return (
        f"WITH c AS (SELECT id FROM {_AS_READ.table} WHERE {_AS_READ.equal()} FOR UPDATE),"  # noqa: S608 (the same)
        f" d AS (UPDATE {_KEY.table} SET {MOVED.set()}, status_call_at ="
        " COALESCE(CASE WHEN status_calls < %s THEN %s::timestamptz END, status_call_at)"
        f" FROM c WHERE challenge_id = c.id AND {_KEY.table}.id = %s"
        f" AND state IN ({', '.join(['%s'] * places)}){early} RETURNING challenge_id)"
        f"{timer if timed else ''}, e AS ({insert_from('d')}) SELECT 1 FROM d"
    )
