"""Send one delivery of the outbox, and take the next route when it fails.

The row is claimed by a conditional update, so that two workers never send the same step; a lease
lets another take over from one that died between claim and record. The provider is called with no
transaction open.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import DatabaseError, IntegrityError, InterfaceError, transaction

from otpguard.audit.recorder import record
from otpguard.channels import catalog
from otpguard.channels.base import OutboundMessage
from otpguard.channels.breaker import Spot
from otpguard.channels.pace import LONGEST_WAIT
from otpguard.core.assurance import Channel
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.core.events import ChallengeSent
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, Unavailable
from otpguard.core.registry import UnknownNameError
from otpguard.flows.attempt import attempt
from otpguard.flows.catch_up import catch_up
from otpguard.flows.charge import charge_sent
from otpguard.flows.fall_back import Fallen, fall_back, following_of
from otpguard.flows.leave import leave_earlier, make_way
from otpguard.flows.outbox import Claimed, claim, lock, move, set_due
from otpguard.flows.outgoing import message_of
from otpguard.flows.poll import ANSWERED_WITHIN, ask_later, is_asked
from otpguard.flows.receipt import turnstile
from otpguard.flows.unattended import circumstances_of
from otpguard.models import Challenge, Delivery

LEASE = timedelta(seconds=30)
"""Longer than any provider's deadline: past it, whoever held the row is taken for dead."""

_BUSY = Failure.RATE_LIMITED

UNREPORTED = timedelta(seconds=20)
"""How long to wait at least before the next channel, where the route never says what arrived."""


def deliver(*, delivery_id: str, now: datetime) -> Outcome | None:
    """Send one delivery. None when it is not ours to send: taken, done, or the challenge closed.

    At most one send for each claim; a worker that dies after the provider accepted and before it
    could record that costs one duplicate, once the lease has lapsed.
    """
    claimed = claim(delivery_id, now=now, until=now + LEASE)
    if claimed is None:
        return None
    delivery, challenge = claimed.delivery, claimed.delivery.challenge
    if challenge.state != ChallengeState.OPEN or challenge.expires_at <= now:
        move(delivery, DeliveryState.FAILED, outcome="challenge closed")
        return None
    _make_way(delivery)
    outcome = _send(claimed, now)
    if outcome is None:
        if not _is_kept_waiting(delivery, challenge, now):
            _queue_again(delivery, now)
            return None
        outcome = Unavailable(reason="the campaign's pace is used up", failure=_BUSY)
    try:
        _record(delivery, challenge, outcome, now)
    except Exception:
        if isinstance(outcome, Accepted):
            _record_barely(delivery, now)
        raise
    return outcome


def _make_way(delivery: Delivery) -> None:
    with suppress(UnknownNameError):
        make_way(delivery, catalog.providers().get(delivery.provider), lease=LEASE)


def _send(claimed: Claimed, now: datetime) -> Outcome | None:
    """One try; None when the message has to wait for its campaign's pace."""
    delivery, challenge = claimed.delivery, claimed.delivery.challenge
    try:
        provider = catalog.providers().get(delivery.provider)
    except UnknownNameError:
        return Unavailable(reason="provider is not configured any more")
    if delivery.remote != bool(getattr(provider, "remote", False)):
        return Unavailable(reason="the provider is configured differently now")
    message = message_of(delivery, challenge, now)
    if not isinstance(message, OutboundMessage):
        return message
    return attempt(
        provider=provider,
        spot=Spot(provider=delivery.provider, channel=delivery.channel, country=delivery.country),
        message=message,
        tenant=str(challenge.tenant_id or ""),
        found=claimed.obstacles,
        now=now,
    )


def _is_kept_waiting(delivery: Delivery, challenge: Challenge, now: datetime) -> bool:
    """True when another way would be quicker than the turn of this one."""
    patience = timedelta(seconds=challenge.fallback_seconds)
    return now - delivery.created_at >= patience and following_of(challenge) is not None


def _queue_again(delivery: Delivery, now: datetime) -> None:
    """Let the sweep call for it in a second, when it may be its turn."""
    mine = Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.SENDING.value, lease_until=delivery.lease_until
    )
    mine.update(state=DeliveryState.QUEUED.value, lease_until=now + LONGEST_WAIT)


def _record(delivery: Delivery, challenge: Challenge, outcome: Outcome, now: datetime) -> None:
    """Write down what became of the send, and what follows from it."""
    try:
        _write(delivery, challenge, outcome, now)
    except IntegrityError:
        # Some vendors take up what is open for the number and name it again: the newest has it.
        reference = outcome.reference[:128] if isinstance(outcome, Accepted) else ""
        if not reference:
            raise
        named = Delivery.objects.filter(provider=delivery.provider, provider_ref=reference)
        named.exclude(pk=delivery.pk).update(provider_ref=None)
        _write(delivery, challenge, outcome, now)


def _record_barely(delivery: Delivery, now: datetime) -> None:
    """The message is out: whatever could not be written of it, it must not go out again."""
    mine = Delivery.objects.filter(
        pk=delivery.pk, state=DeliveryState.SENDING.value, lease_until=delivery.lease_until
    )
    open_ = Challenge.objects.filter(
        pk=delivery.challenge_id, state=ChallengeState.OPEN.value, step=delivery.step
    )
    with suppress(DatabaseError, InterfaceError), transaction.atomic():
        open_.update(due_at=now + UNREPORTED)
        mine.update(
            state=DeliveryState.SENT.value,
            sent_at=now,
            lease_until=None,
            outcome="accepted, but not recorded",
        )


def _write(delivery: Delivery, challenge: Challenge, outcome: Outcome, now: datetime) -> None:
    with transaction.atomic():
        match outcome:
            case Accepted():
                _write_accepted(delivery, challenge, outcome, now)
            case Unavailable(perhaps_sent=True) if not delivery.remote:
                _write_unanswered(delivery, challenge, outcome, now)
            case Refused() | Unavailable():
                _write_failed(delivery, challenge, outcome, now)


def _write_accepted(
    delivery: Delivery, challenge: Challenge, outcome: Accepted, now: datetime
) -> None:
    reference = outcome.reference[:128]
    awaits = bool(reference) and _may_be_reported(delivery)
    lock(challenge, advisory=turnstile(delivery.provider, reference) if awaits else None)
    _charge(challenge, delivery, outcome.cost_micros, now)
    delivery.carrier = outcome.carrier[:64] or delivery.carrier
    delivery.network_route = outcome.route[:64] or delivery.network_route
    state = DeliveryState.DELIVERED if outcome.delivered else DeliveryState.SENT
    if not move(
        delivery, state, outcome="accepted", reference=reference, sent_at=now, accepted=True
    ):
        return
    _set_timer(challenge, delivery, now, delivered=outcome.delivered)
    if not outcome.delivered:
        ask_later(delivery, now=now)
    leave_earlier(delivery, challenge, now=now)
    event = ChallengeSent(
        channel=delivery.channel,
        provider=delivery.provider,
        step=delivery.step,
        delivered=outcome.delivered,
    )
    record(event, circumstances_of(challenge, now))
    if awaits:
        catch_up(delivery, challenge, reference=reference, now=now)


def _write_failed(
    delivery: Delivery, challenge: Challenge, outcome: Refused | Unavailable, now: datetime
) -> None:
    lock(challenge)
    if outcome.perhaps_sent:
        _charge(challenge, delivery, None, now)
    failure = outcome.failure
    if not move(delivery, DeliveryState.FAILED, outcome=outcome.reason, failure=failure):
        return
    if challenge.step != delivery.step or challenge.state != ChallengeState.OPEN:
        return
    final = not outcome.may_fall_back
    reason = f"{outcome.failure}: {outcome.reason}" if final else outcome.reason
    fall_back([Fallen(challenge=challenge, reason=reason, final=final)], now=now)


def _write_unanswered(
    delivery: Delivery, challenge: Challenge, outcome: Unavailable, now: datetime
) -> None:
    """Give what is perhaps on its way the patience of one that is: it may arrive, and is perhaps
    billed. A vendor's own code is not waited for: without a reference nobody could check it."""
    lock(challenge, advisory=turnstile(delivery.provider, str(delivery.pk)))
    _charge(challenge, delivery, None, now)
    if not move(delivery, DeliveryState.SENT, outcome=outcome.reason, sent_at=now):
        return
    _set_timer(challenge, delivery, now, delivered=False)
    sent = ChallengeSent(
        channel=delivery.channel, provider=delivery.provider, step=delivery.step, perhaps=True
    )
    record(sent, circumstances_of(challenge, now))
    catch_up(delivery, challenge, reference="", now=now)


def _may_be_reported(delivery: Delivery) -> bool:
    """True where a report may have come before the vendor's answer."""
    return delivery.receipts or catalog.receiving(delivery.provider) is not None


def _charge(challenge: Challenge, delivery: Delivery, told: int | None, now: datetime) -> None:
    """What is perhaps sent is perhaps billed: the ledger errs on the dear side."""
    told_already = delivery.country or delivery.channel == Channel.EMAIL
    destination = "" if told_already else challenge.destination.reveal()
    charge_sent(delivery, destination=destination, told_micros=told, now=now)


def _set_timer(challenge: Challenge, delivery: Delivery, now: datetime, *, delivered: bool) -> None:
    """Start the fallback timer when nobody knows yet whether the message arrived."""
    waits = (
        not delivered
        and challenge.step == delivery.step
        and following_of(challenge) is not None
        and challenge.state == ChallengeState.OPEN
    )
    if waits:
        wait = timedelta(seconds=challenge.fallback_seconds)
        silent = UNREPORTED + ANSWERED_WITHIN if is_asked(delivery) else UNREPORTED
        set_due(challenge, now + (wait if delivery.receipts else max(wait, silent)))
