"""Send one delivery of the outbox, and take the next route when it fails.

The row is claimed by a conditional update, so that two workers never send the same step; a lease
lets another take over from one that died between claim and record. The provider is called with no
transaction open.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, Q

from otpguard import vault
from otpguard.audit.recorder import record
from otpguard.channels import catalog
from otpguard.channels.base import OutboundMessage
from otpguard.channels.breaker import Spot
from otpguard.channels.messages import Wording, compose
from otpguard.channels.pace import LONGEST_WAIT
from otpguard.conf import settings
from otpguard.core import codes
from otpguard.core.assurance import Channel
from otpguard.core.challenge import ChallengeState, DeliveryState, states_before
from otpguard.core.codes import Code
from otpguard.core.events import ChallengeFellBack, ChallengeSent, ChallengeUndeliverable
from otpguard.core.fallback import following, take
from otpguard.core.outcome import Accepted, Failure, Outcome, Refused, Unavailable
from otpguard.core.registry import UnknownNameError
from otpguard.factors.phone import is_bound_email
from otpguard.flows.attempt import attempt
from otpguard.flows.charge import charge_sent
from otpguard.flows.leave import leave_earlier, make_way
from otpguard.flows.poll import ANSWERED_WITHIN, ask_later, is_asked
from otpguard.flows.receipt import catch_up
from otpguard.flows.start import order
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
    delivery = _claim(delivery_id, now)
    if delivery is None:
        return None
    challenge = delivery.challenge
    if challenge.state != ChallengeState.OPEN or challenge.expires_at <= now:
        _move(delivery, DeliveryState.FAILED, outcome="challenge closed")
        return None
    _make_way(delivery)
    outcome = _send(delivery, challenge, now)
    if outcome is None:
        if not _is_kept_waiting(delivery, challenge, now):
            _queue_again(delivery, now)
            return None
        outcome = Unavailable(reason="the campaign's pace is used up", failure=_BUSY)
    _record(delivery, challenge.pk, outcome, now)
    return outcome


def code_of(challenge: Challenge) -> Code:
    """The code of a challenge's current generation, derived anew."""
    return codes.derive(
        key=vault.key_for(vault.CODE, challenge.key_id),
        seed=bytes(challenge.seed),
        challenge=challenge.pk.bytes,
        generation=challenge.generation,
    )


def fall_back(challenge: Challenge, *, reason: str, now: datetime) -> bool:
    """Order the next step of the plan. False, with an event, when there is none to take unasked.

    A number that was never proven gets one further paid message this way, and no call (A5).
    Joins the caller's transaction, which must hold the challenge's row.
    """
    failed = challenge.plan[challenge.step]["channel"]
    index = _following(challenge)
    if index is None:
        give_up(challenge, reason=reason, now=now)
        return False
    challenge.plan = take(challenge.plan, challenge.step, index)
    challenge.due_at = None
    challenge.step += 1
    challenge.last_sent_at = now
    challenge.sends += 1
    challenge.save(update_fields=["plan", "due_at", "step", "last_sent_at", "sends"])
    order(challenge, step=challenge.step)
    record(
        ChallengeFellBack(
            failed=failed,
            following=challenge.plan[challenge.step]["channel"],
            reason=reason,
        ),
        circumstances_of(challenge, now),
    )
    return True


def give_up(challenge: Challenge, *, reason: str, now: datetime) -> None:
    """Send no more unasked, with an event; the person may still press "try another way".

    Joins the caller's transaction, which must hold the challenge's row.
    """
    challenge.due_at = None
    challenge.undeliverable = True
    challenge.save(update_fields=["due_at", "undeliverable"])
    record(ChallengeUndeliverable(reason=reason), circumstances_of(challenge, now))


def _claim(delivery_id: str, now: datetime) -> Delivery | None:
    free = Q(state=DeliveryState.QUEUED.value) | Q(
        state=DeliveryState.SENDING.value, lease_until__lt=now
    )
    claimed = Delivery.objects.filter(free, pk=delivery_id).update(
        state=DeliveryState.SENDING.value, lease_until=now + LEASE
    )
    if not claimed:
        return None
    return Delivery.objects.select_related(
        "challenge__tenant", "challenge__user", "challenge__factor"
    ).get(pk=delivery_id)


def _make_way(delivery: Delivery) -> None:
    with suppress(UnknownNameError):
        make_way(delivery, catalog.providers().get(delivery.provider), lease=LEASE)


def _send(delivery: Delivery, challenge: Challenge, now: datetime) -> Outcome | None:
    """One try; None when the message has to wait for its campaign's pace."""
    try:
        provider = catalog.providers().get(delivery.provider)
    except UnknownNameError:
        return Unavailable(reason="provider is not configured any more")
    if delivery.remote != bool(getattr(provider, "remote", False)):
        return Unavailable(reason="the provider is configured differently now")
    message = _message(delivery, challenge, now)
    if not isinstance(message, OutboundMessage):
        return message
    return attempt(
        provider=provider,
        spot=Spot(provider=delivery.provider, channel=delivery.channel, country=delivery.country),
        message=message,
        tenant=str(challenge.tenant_id or ""),
        now=now,
    )


def _message(delivery: Delivery, challenge: Challenge, now: datetime) -> OutboundMessage | Refused:
    channel = Channel(delivery.channel)
    user, factor = challenge.user, challenge.factor
    email = str(getattr(user, user.get_email_field_name(), "")) if user else ""
    if channel is Channel.EMAIL and not (factor and is_bound_email(factor, email)):
        return Refused(reason="the address was changed")
    message = OutboundMessage(
        key=str(delivery.pk),
        channel=channel,
        to=email if channel is Channel.EMAIL else challenge.destination.reveal(),
        text="",
        language=challenge.language,
        lifetime=max(0, int((challenge.expires_at - now).total_seconds())),
        remote=delivery.remote,
    )
    # Where the vendor makes the code, there is none of ours that could be guessed or leak (C14).
    return message if delivery.remote else _worded(message, challenge)


def _worded(message: OutboundMessage, challenge: Challenge) -> OutboundMessage:
    code = code_of(challenge)
    net = json.loads(challenge.net.reveal() or "{}")
    tenant_brand = challenge.tenant.brand if challenge.tenant else ""
    subject, text = compose(
        message.channel,
        code,
        Wording(
            checkpoint=challenge.checkpoint,
            brand=tenant_brand or settings().brand,
            minutes=max(
                1, int((challenge.expires_at - challenge.created_at).total_seconds() // 60)
            ),
            host=net.get("host", ""),
            language=challenge.language,
        ),
    )
    return replace(message, text=text, code=code, subject=subject)


def _is_kept_waiting(delivery: Delivery, challenge: Challenge, now: datetime) -> bool:
    """True when another way would be quicker than the turn of this one."""
    patience = timedelta(seconds=challenge.fallback_seconds)
    return now - delivery.created_at >= patience and _following(challenge) is not None


def _queue_again(delivery: Delivery, now: datetime) -> None:
    """Let the sweep call for it in a second, when it may be its turn."""
    Delivery.objects.filter(pk=delivery.pk, state=DeliveryState.SENDING.value).update(
        state=DeliveryState.QUEUED.value, lease_until=now + LONGEST_WAIT
    )


def _following(challenge: Challenge) -> int | None:
    return following(challenge.plan, challenge.step, unproven=challenge.enrolls)


def _record(delivery: Delivery, challenge_id: UUID, outcome: Outcome, now: datetime) -> None:
    with transaction.atomic():
        challenge = Challenge.objects.select_for_update().get(pk=challenge_id)
        match outcome:
            case Accepted():
                state = DeliveryState.DELIVERED if outcome.delivered else DeliveryState.SENT
                if not _move(
                    delivery, state, outcome="accepted", reference=outcome.reference, at=now
                ):
                    return
                _charge(challenge, delivery, outcome.cost_micros, now)
                _set_timer(challenge, delivery, now, delivered=outcome.delivered)
                if not outcome.delivered:
                    ask_later(delivery, now=now)
                leave_earlier(delivery, challenge, now=now)
                record(
                    ChallengeSent(
                        channel=delivery.channel,
                        provider=delivery.provider,
                        step=delivery.step,
                        delivered=outcome.delivered,
                    ),
                    circumstances_of(challenge, now),
                )
                catch_up(delivery, challenge, reference=outcome.reference[:128], now=now)
            case Unavailable(perhaps_sent=True) if not delivery.remote:
                _wait_for_it(challenge, delivery, outcome.reason, now)
            case Refused() | Unavailable():
                if not _move(delivery, DeliveryState.FAILED, outcome=outcome.reason):
                    return
                if outcome.perhaps_sent:
                    _charge(challenge, delivery, None, now)
                if challenge.step != delivery.step or challenge.state != ChallengeState.OPEN:
                    return
                if outcome.may_fall_back:
                    fall_back(challenge, reason=outcome.reason, now=now)
                else:
                    give_up(challenge, reason=f"{outcome.failure}: {outcome.reason}", now=now)


def _wait_for_it(challenge: Challenge, delivery: Delivery, reason: str, now: datetime) -> None:
    """Give what is perhaps on its way the patience of one that is: it may arrive, and is perhaps
    billed. A vendor's own code is not waited for: without a reference nobody could check it."""
    if not _move(delivery, DeliveryState.SENT, outcome=reason, at=now):
        return
    _charge(challenge, delivery, None, now)
    _set_timer(challenge, delivery, now, delivered=False)
    sent = ChallengeSent(
        channel=delivery.channel, provider=delivery.provider, step=delivery.step, perhaps=True
    )
    record(sent, circumstances_of(challenge, now))
    catch_up(delivery, challenge, reference="", now=now)


def _charge(challenge: Challenge, delivery: Delivery, told: int | None, now: datetime) -> None:
    """What is perhaps sent is perhaps billed: the ledger errs on the dear side."""
    by_mail = delivery.channel == Channel.EMAIL
    destination = "" if by_mail else challenge.destination.reveal()
    charge_sent(delivery=delivery, destination=destination, told_micros=told, now=now)


def _set_timer(challenge: Challenge, delivery: Delivery, now: datetime, *, delivered: bool) -> None:
    """Start the fallback timer when nobody knows yet whether the message arrived."""
    waits = (
        not delivered
        and challenge.step == delivery.step
        and _following(challenge) is not None
        and challenge.state == ChallengeState.OPEN
    )
    if waits:
        wait = timedelta(seconds=challenge.fallback_seconds)
        silent = UNREPORTED + ANSWERED_WITHIN if is_asked(delivery) else UNREPORTED
        challenge.due_at = now + (wait if delivery.receipts else max(wait, silent))
        challenge.save(update_fields=["due_at"])


def _move(
    delivery: Delivery,
    state: DeliveryState,
    *,
    outcome: str,
    reference: str = "",
    at: datetime | None = None,
) -> bool:
    """Move the row forward; False when somebody else moved it further meanwhile."""
    before = [str(earlier) for earlier in states_before(state)]
    if reference:
        # Some vendors take up what is open for the number and name it again: the newest has it.
        mine = Delivery.objects.filter(pk=delivery.pk, state__in=before)
        named = Delivery.objects.filter(provider=delivery.provider, provider_ref=reference[:128])
        named.filter(Exists(mine)).exclude(pk=delivery.pk).update(provider_ref=None)
    return bool(
        Delivery.objects.filter(pk=delivery.pk, state__in=before).update(
            state=state.value,
            outcome=outcome[:120],
            provider_ref=reference[:128] or None,
            sent_at=at,
            lease_until=None,
        )
    )
