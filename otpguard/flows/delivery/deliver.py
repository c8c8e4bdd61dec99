"""Send one delivery of the outbox, and take the next route when it fails.

The row is claimed by a conditional update, so two workers never send the same step. If a worker
dies between claim and record, another one takes over when the lease ends. The provider is called
with no transaction open.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from django.db import DatabaseError, IntegrityError, InterfaceError

from otpguard.audit.recorder import record
from otpguard.channels import catalog
from otpguard.channels.base import OutboundMessage
from otpguard.channels.breaker import RouteKey
from otpguard.channels.capabilities import Capabilities
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.events.challenge import ChallengeSent
from otpguard.core.fallback import length_of
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, Unavailable
from otpguard.core.registry import UnknownNameError
from otpguard.database import transaction
from otpguard.flows.delivery.accepted import record_accepted
from otpguard.flows.delivery.attempt import Postponed, attempt_send
from otpguard.flows.delivery.cost import record_cost_of_send
from otpguard.flows.delivery.early_receipts import apply_early_receipts
from otpguard.flows.delivery.event_context import circumstances_of
from otpguard.flows.delivery.fallback import Fallen, fall_back
from otpguard.flows.delivery.fixed_codes import is_test_delivery
from otpguard.flows.delivery.message import message_of
from otpguard.flows.delivery.opted_out import note_opt_out
from otpguard.flows.delivery.outbox import (
    ClaimedDelivery,
    claim_delivery,
    lock_challenge,
    move_delivery,
    set_due,
)
from otpguard.flows.delivery.patience import WITHOUT_RECEIPTS, due_after_send
from otpguard.flows.delivery.receipts import receipt_lock_key
from otpguard.flows.delivery.vendor_closing import close_before_next
from otpguard.flows.delivery.waiting import can_wait, postponed_by, queue_again
from otpguard.flows.due import LEASE
from otpguard.models import Challenge, Delivery

_BUSY = Failure.RATE_LIMITED


def deliver_code(*, delivery_id: str, now: datetime) -> Outcome | None:
    """Send one delivery. Returns None if it was claimed elsewhere, is done, is no longer needed, or
    must wait and is queued until then.

    Sends at most once for each claim. If a worker dies after the provider accepted the message and
    before that was recorded, one duplicate follows when the lease ends.
    """
    claimed = claim_delivery(delivery_id, now=now, until=now + LEASE)
    if claimed is None:
        return None
    delivery, challenge = claimed.delivery, claimed.delivery.challenge
    if challenge.state != ChallengeState.OPEN or challenge.expires_at <= now:
        move_delivery(delivery, DeliveryState.FAILED, outcome="challenge closed")
        return None
    _close_before_next(delivery)
    outcome = _send(claimed, now)
    postponed = postponed_by(outcome, delivery, now)
    if postponed is not None and can_wait(delivery, challenge, postponed.until):
        queue_again(delivery, postponed)
        return None
    if isinstance(outcome, Postponed):
        outcome = Unavailable(reason=outcome.reason, failure=_BUSY)
    try:
        _record(delivery, challenge, outcome, now)
    except Exception:
        if isinstance(outcome, Accepted):
            _record_barely(delivery, now)
        raise
    return outcome


def _close_before_next(delivery: Delivery) -> None:
    with suppress(UnknownNameError):
        close_before_next(delivery, catalog.providers().get(delivery.provider), lease=LEASE)


def _send(claimed: ClaimedDelivery, now: datetime) -> Outcome | Postponed:
    delivery, challenge = claimed.delivery, claimed.delivery.challenge
    if is_test_delivery(delivery):
        return Accepted(delivered=True, cost_micros=0)
    try:
        provider = catalog.providers().get(delivery.provider)
    except UnknownNameError:
        return Unavailable(reason="provider is not configured any more")
    if not _is_still_as_planned(delivery, challenge, provider.capabilities):
        return Unavailable(reason="the provider is configured differently now")
    message = message_of(delivery, challenge, now)
    if not isinstance(message, OutboundMessage):
        return message
    return attempt_send(
        provider=provider,
        route_key=RouteKey(
            provider=delivery.provider, channel=delivery.channel, country=delivery.country
        ),
        message=message,
        tenant=str(challenge.tenant_id or ""),
        precheck=claimed.precheck,
        now=now,
    )


def _is_still_as_planned(delivery: Delivery, challenge: Challenge, can: Capabilities) -> bool:
    """False if somebody else makes the code by now, or a vendor's codes have another length: a
    shorter one might not suffice for the level."""
    if not delivery.remote:
        return not can.remote
    return can.remote and can.code_length == length_of(challenge.plan[delivery.step])


def _record(delivery: Delivery, challenge: Challenge, outcome: Outcome, now: datetime) -> None:
    """Record the outcome of the send, and what follows from it."""
    try:
        _write(delivery, challenge, outcome, now)
    except IntegrityError:
        # Some vendors reuse an open verification and return its reference again: the newest row
        # gets it.
        reference = outcome.reference[:128] if isinstance(outcome, Accepted) else ""
        if not reference:
            raise
        named = Delivery.objects.filter(provider=delivery.provider, provider_ref=reference)
        named.exclude(pk=delivery.pk).update(provider_ref=None)
        _write(delivery, challenge, outcome, now)


def _record_barely(delivery: Delivery, now: datetime) -> None:
    """The message is out: even if recording fails in part, it must not be sent again."""
    mine = Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.SENDING.value, lease_until=delivery.lease_until
    )
    open_ = Challenge.objects.filter(
        pk=delivery.challenge_id, state=ChallengeState.OPEN.value, step=delivery.step
    )
    with suppress(DatabaseError, InterfaceError), transaction.atomic():
        open_.update(due_at=now + WITHOUT_RECEIPTS)
        mine.update(
            state=DeliveryState.SENT.value,
            sent_at=now,
            lease_until=None,
            outcome="accepted, but not recorded",
        )


def _write(delivery: Delivery, challenge: Challenge, outcome: Outcome, now: datetime) -> None:
    match outcome:
        case Accepted():
            record_accepted(delivery, challenge, outcome, now)
        case Unavailable(perhaps_sent=True) if not delivery.remote:
            with transaction.atomic():
                _write_unanswered(delivery, challenge, outcome, now)
        case Refused() | Unavailable():
            with transaction.atomic():
                _write_failed(delivery, challenge, outcome, now)


def _write_failed(
    delivery: Delivery, challenge: Challenge, outcome: Refused | Unavailable, now: datetime
) -> None:
    lock_challenge(challenge)
    if outcome.perhaps_sent:
        record_cost_of_send(delivery, challenge, None, now)
    failure = outcome.failure
    note_opt_out(delivery, challenge, failure, now=now)
    if not move_delivery(delivery, DeliveryState.FAILED, outcome=outcome.reason, failure=failure):
        return
    if challenge.step != delivery.step or challenge.state != ChallengeState.OPEN:
        return
    final = not outcome.may_fall_back
    reason = f"{outcome.failure}: {outcome.reason}" if final else outcome.reason
    fall_back([Fallen(challenge=challenge, reason=reason, final=final)], now=now)


def _write_unanswered(
    delivery: Delivery, challenge: Challenge, outcome: Unavailable, now: datetime
) -> None:
    """Wait for a message of unknown outcome as for an accepted one: it may arrive and be billed.

    A vendor's own code is not waited for: without a reference it could not be checked."""
    lock_challenge(challenge, advisory=receipt_lock_key(delivery.provider, str(delivery.pk)))
    record_cost_of_send(delivery, challenge, None, now)
    if not move_delivery(delivery, DeliveryState.SENT, outcome=outcome.reason, sent_at=now):
        return
    due = due_after_send(challenge, delivery, now)
    if due is not None:
        set_due(challenge, due)
    sent = ChallengeSent(
        channel=delivery.channel, provider=delivery.provider, step=delivery.step, perhaps=True
    )
    record(sent, circumstances_of(challenge, now))
    apply_early_receipts(delivery, challenge, reference="", now=now)
