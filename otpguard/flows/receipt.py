"""Take what a vendor reports of a delivery afterwards.

Reports come late, twice, in any order and even before our own send has returned; states move only
forward, so none of that matters. A report sends nothing by itself: it moves the fallback timer of
the stored plan, and the sweep does the rest (A6).

Whoever is known by a secret address alone may be anybody who has seen it. Where the vendor can be
asked, such a report does nothing but have it asked; where it cannot, it is believed about the end
of deliveries that are open, and about nothing else.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import connection, transaction

from otpguard.audit.recorder import Circumstances, record
from otpguard.channels import catalog
from otpguard.channels.base import ReceiptFact, ReceiptState
from otpguard.core.challenge import ChallengeState, DeliveryState, states_before
from otpguard.core.events import ChallengeDelivered, ReceiptRejected
from otpguard.core.outcome import Failure
from otpguard.flows import errand
from otpguard.flows.charge import charge_told
from otpguard.flows.coalesce import Coalescer
from otpguard.flows.errand import ASK
from otpguard.flows.unattended import circumstances_of
from otpguard.models import Challenge, Delivery, Receipt

LONGEST_REFERENCE = 128
"""Characters; what is longer is nobody's here."""

lately = Coalescer()

_STATES = {
    ReceiptState.SENT: DeliveryState.SENT,
    ReceiptState.DELIVERED: DeliveryState.DELIVERED,
    ReceiptState.FAILED: DeliveryState.FAILED,
}


class Result(StrEnum):
    """What came of one fact."""

    MOVED = "moved"
    REPEATED = "repeated"
    ASKED = "asked"
    UNKNOWN = "unknown"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many facts moved a delivery, were known before, were nobody's, or changed nothing.

    `asked` are those for which the vendor itself is asked first.
    """

    moved: int = 0
    repeated: int = 0
    asked: int = 0
    unknown: int = 0
    ignored: int = 0


def take(
    *,
    provider: str,
    facts: Sequence[ReceiptFact],
    raw: str,
    now: datetime,
    signed: bool = True,
) -> Taken:
    """Store what a vendor reports and let it move the deliveries it is about.

    `raw` is the report as it came, kept encrypted for 30 days. `signed` is False for a vendor that
    is known by a secret address alone (A6). Each fact commits by itself and locks its challenge; a
    vendor that is cut off in the middle sends all of them again.
    """
    found: Counter[Result] = Counter()
    for number, fact in enumerate(facts):
        # The report is kept once, beside its first fact.
        found[_take(provider, fact, "" if number else raw, now, signed=signed)] += 1
    return Taken(**{result.value: count for result, count in found.items()})


def reject(*, provider: str, reason: str, address: str, now: datetime) -> None:
    """Write down a report that is not believed, repeats of a vendor and reason coalesced."""
    _, count = lately.note((provider, reason), story="", now=now)
    if count:
        with transaction.atomic():
            record(
                ReceiptRejected(provider=provider, reason=reason, count=count),
                Circumstances(now=now, address=address),
            )


def turnstile(provider: str, reference: str) -> int:
    """The number of an advisory lock without which no report of this reference is taken.

    Whoever holds it until the end of a transaction, has written the reference in it and then calls
    `catch_up` misses no report that came early.
    """
    words = f"receipt\0{provider}\0{reference}".encode(errors="surrogatepass")
    return int.from_bytes(hashlib.sha256(words).digest()[:8], "big", signed=True)


def _take(provider: str, fact: ReceiptFact, raw: str, now: datetime, *, signed: bool) -> Result:
    with transaction.atomic():
        delivery = _known(provider, fact.reference)
        if delivery is None:
            # The send may be about to write its reference: whoever is second sees the other.
            _lock(provider, fact.reference)
            delivery = _known(provider, fact.reference)
        under_way = False
        if delivery is None and signed:
            delivery = _unanswered(provider, fact)
            under_way = delivery is not None and delivery.state == DeliveryState.SENDING
        digest = digest_of(fact.reference, fact.state, fact.failure or "")
        repeated = Receipt.objects.filter(provider=provider, digest=digest)
        was_there = repeated.exists()
        row = Receipt(
            provider=provider,
            digest=digest,
            delivery=delivery,
            state=fact.state.value,
            failure=fact.failure or "",
            raw=raw,
            signed=signed,
            at=now,
        )
        Receipt.objects.bulk_create([row], ignore_conflicts=True)
        if signed:
            repeated.filter(signed=False).update(signed=True)
        if delivery is None or under_way:
            return Result.REPEATED if was_there else Result.UNKNOWN
        challenge = Challenge.objects.select_for_update().get(pk=delivery.challenge_id)
        repeated.filter(delivery=None).update(delivery=delivery)
        if delivery.provider_ref is None:
            Delivery.objects.filter(pk=delivery.pk).update(provider_ref=fact.reference)
        if not signed:
            # A repeat is no reason to ask once more.
            return Result.REPEATED if was_there else weigh(delivery, challenge, fact, now)
        _note(delivery, challenge, fact, now)
        if apply(delivery, challenge, fact, now):
            return Result.MOVED
        return Result.REPEATED if was_there else Result.IGNORED


def _known(provider: str, reference: str) -> Delivery | None:
    if not _is_storable(reference):
        return None
    return Delivery.objects.filter(provider=provider, provider_ref=reference).first()


def _unanswered(provider: str, fact: ReceiptFact) -> Delivery | None:
    """The message that a vendor names by our key, for which it gave us no reference, or not yet."""
    try:
        key = UUID(fact.key)
    except ValueError:
        return None
    if not _is_storable(fact.reference):
        return None
    _lock(provider, str(key))
    states = (DeliveryState.SENDING.value, DeliveryState.SENT.value)
    rows = Delivery.objects.filter(provider=provider, provider_ref=None, state__in=states)
    return rows.filter(pk=key).first()


def _is_storable(reference: str) -> bool:
    # What cannot be printed cannot be stored either, as NUL and half a surrogate pair.
    return reference.isprintable() and 0 < len(reference) <= LONGEST_REFERENCE


def weigh(delivery: Delivery, challenge: Challenge, fact: ReceiptFact, now: datetime) -> Result:
    """What comes of a report that nobody signed: the vendor is asked, or a little belief."""
    is_about_an_end = (
        fact.state is not ReceiptState.SENT
        and delivery.state == DeliveryState.SENT
        and challenge.state == ChallengeState.OPEN
        and challenge.expires_at > now
    )
    if not is_about_an_end:
        return Result.IGNORED
    if catalog.polling(delivery.provider) is not None:
        errand.order(ASK, delivery, now=now)
        return Result.ASKED
    return Result.MOVED if apply(delivery, challenge, fact, now) else Result.IGNORED


def _note(delivery: Delivery, challenge: Challenge, fact: ReceiptFact, now: datetime) -> None:
    """Write down what the vendor tells about the way and the price; never over something known
    with nothing."""
    if fact.carrier:
        Delivery.objects.filter(pk=delivery.pk).update(carrier=fact.carrier[:64])
    if fact.cost_micros is not None and fact.cost_micros >= 0:
        delivery.challenge = challenge
        charge_told(delivery=delivery, told_micros=fact.cost_micros, now=now)


def apply(delivery: Delivery, challenge: Challenge, fact: ReceiptFact, now: datetime) -> bool:
    """Move the delivery forward, and the timer with it. False when it was there already.

    Joins the caller's transaction, which must hold the challenge's row.
    """
    state = _STATES[fact.state]
    changed: dict[str, object] = {"state": state.value, "lease_until": None}
    if state is DeliveryState.FAILED:
        failure = fact.failure or Failure.CHANNEL_UNAVAILABLE
        changed |= {"failure": failure.value, "outcome": f"reported: {failure}"}
    before = [earlier.value for earlier in states_before(state)]
    if not Delivery.objects.filter(pk=delivery.pk, state__in=before).update(**changed):
        return False
    if state is DeliveryState.DELIVERED:
        _arrived(delivery, challenge, now)
    elif state is DeliveryState.FAILED and (
        delivery.step == challenge.step or fact.failure is Failure.FRAUD_BLOCKED
    ):
        _set_due(challenge, now)
    return True


def _arrived(delivery: Delivery, challenge: Challenge, now: datetime) -> None:
    """The code is there, by whichever step of the plan: all of them carry the same digits."""
    if challenge.state == ChallengeState.OPEN and delivery.generation == challenge.generation:
        challenge.due_at, challenge.undeliverable = None, False
        challenge.save(update_fields=["due_at", "undeliverable"])
    record(
        ChallengeDelivered(
            channel=delivery.channel, provider=delivery.provider, step=delivery.step
        ),
        circumstances_of(challenge, now),
    )


def _set_due(challenge: Challenge, now: datetime) -> None:
    """Have the next sweep look at the challenge: it takes the next step, or gives up."""
    if challenge.state == ChallengeState.OPEN and not challenge.undeliverable:
        challenge.due_at = now
        challenge.save(update_fields=["due_at"])


def digest_of(reference: str, state: str, failure: str) -> str:
    """What makes a fact the same as another one of the same vendor."""
    words = f"{reference}\0{state}\0{failure}"
    return hashlib.sha256(words.encode(errors="surrogatepass")).hexdigest()


def _lock(provider: str, reference: str) -> None:
    """One at a time for this reference, until the transaction ends. SQLite has one writer."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [turnstile(provider, reference)])
