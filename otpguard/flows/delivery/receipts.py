"""Take the receipts of a vendor: what it reports later about deliveries.

Receipts come late, twice, in any order and even before our own send has returned; states move only
forward, so none of that matters. A receipt sends nothing by itself: it moves the fallback timer of
the stored plan, and the sweep does the rest (A6).

An unsigned receipt proves only that its sender knows the secret URL. If the vendor has a status
API, such a receipt only makes us ask there. If it has none, the receipt can only mark an open
delivery as delivered or failed.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.channels import catalog
from otpguard.channels.base import Polling, ReceiptFact, ReceiptState
from otpguard.core.challenge import ChallengeState, DeliveryState, states_before
from otpguard.core.events.challenge import ChallengeDelivered
from otpguard.core.events.route import ReceiptRejected
from otpguard.core.outcome import Failure
from otpguard.core.sent_codes import is_replaced
from otpguard.database import connection, transaction
from otpguard.flows.coalesce import Coalescer
from otpguard.flows.delivery import vendor_calls
from otpguard.flows.delivery.cost import record_vendor_cost
from otpguard.flows.delivery.event_context import circumstances_of
from otpguard.flows.delivery.opted_out import note_opt_out
from otpguard.flows.delivery.vendor_calls import STATUS_CALL
from otpguard.models import Challenge, Delivery, Receipt

LONGEST_REFERENCE = 128
"""In characters; a longer reference cannot be one of ours."""

lately = Coalescer()

_STATES = {
    ReceiptState.SENT: DeliveryState.SENT,
    ReceiptState.DELIVERED: DeliveryState.DELIVERED,
    ReceiptState.FAILED: DeliveryState.FAILED,
}


MOST_AT_ONCE = 100
"""New facts that one request may bring: each takes a transaction, while a web worker waits."""


class Result(StrEnum):
    """What one fact of a receipt did."""

    MOVED = "moved"
    REPEATED = "repeated"
    ASKED = "asked"
    UNKNOWN = "unknown"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptCounts:
    """How many facts moved a delivery, were known, matched no delivery, or changed nothing.

    `asked` counts those that we check with the vendor first, `left` those that were not taken yet.
    """

    moved: int = 0
    repeated: int = 0
    asked: int = 0
    unknown: int = 0
    ignored: int = 0
    left: int = 0


def record_receipts(
    *,
    provider: str,
    facts: Sequence[ReceiptFact],
    raw: str,
    now: datetime,
    signed: bool = True,
) -> ReceiptCounts:
    """Store the receipts of a vendor and let them move their deliveries.

    `raw` is the request as received, kept encrypted for 30 days. `signed` is False if only a secret
    URL vouches for it (A6). Each fact commits by itself and locks its challenge. Takes MOST_AT_ONCE
    new facts at most: `left` counts the rest, which the vendor must send again. What is stored by
    then is passed over, so each repeat gets further.
    """
    new, again = _split_by_stored(provider, facts, signed=signed)
    taken = [*new, *again][:MOST_AT_ONCE]
    found: Counter[Result] = Counter()
    for number, fact in enumerate(taken):
        # The request is kept once, with its first fact.
        found[_record_receipt(provider, fact, "" if number else raw, now, signed=signed)] += 1
    found[Result.REPEATED] += len(facts) - len(taken) - max(0, len(new) - MOST_AT_ONCE)
    counts = {result.value: count for result, count in found.items()}
    return ReceiptCounts(**counts, left=max(0, len(new) - MOST_AT_ONCE))


def _split_by_stored(
    provider: str, facts: Sequence[ReceiptFact], *, signed: bool
) -> tuple[list[ReceiptFact], list[ReceiptFact]]:
    """The facts that were never stored, and the stored ones that found no delivery; each once.

    A single fact is not looked up: it counts as new. One query for several.
    """
    new = {digest_of(fact.reference, fact.state, fact.failure or ""): fact for fact in facts}
    if len(new) < 2:  # noqa: PLR2004 (several)
        return list(new.values()), []
    stored = Receipt.objects.filter(provider=provider, digest__in=new)
    if signed:
        stored = stored.filter(signed=True)
    rows = stored.values_list("digest", "delivery_id")
    known = {digest: (new.pop(digest), delivery) for digest, delivery in rows}
    return list(new.values()), [fact for fact, delivery in known.values() if delivery is None]


def record_rejected(*, provider: str, reason: str, client_ip: str, now: datetime) -> None:
    """Record a receipt that was rejected; repeats of a vendor and reason are coalesced."""
    _, count = lately.count((provider, reason), story="", now=now)
    if count:
        with transaction.atomic():
            record(
                ReceiptRejected(provider=provider, reason=reason, count=count),
                Circumstances(now=now, client_ip=client_ip),
            )


def receipt_lock_key(provider: str, reference: str) -> int:
    """The number of the advisory lock under which receipts of this reference are taken.

    A caller that holds it until its transaction ends, writes the reference there and then calls
    `apply_early_receipts` misses no early receipt.
    """
    words = f"receipt\0{provider}\0{reference}".encode(errors="surrogatepass")
    return int.from_bytes(hashlib.sha256(words).digest()[:8], "big", signed=True)


def _record_receipt(
    provider: str, fact: ReceiptFact, raw: str, now: datetime, *, signed: bool
) -> Result:
    with transaction.atomic():
        delivery = _known(provider, fact.reference) or _known_by_now(provider, fact.reference)
        under_way = False
        if delivery is None and signed:
            delivery = _unanswered(provider, fact)
            under_way = delivery is not None and delivery.state == DeliveryState.SENDING
        # Before any receipt: a removal of the factor with its challenges locks in this order.
        challenge = None if delivery is None else _locked_challenge(delivery)
        delivery = delivery if challenge is not None else None
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
        confirmed = signed and repeated.filter(signed=False).update(signed=True)
        if delivery is None or challenge is None or under_way:
            return Result.REPEATED if was_there else Result.UNKNOWN
        repeated.filter(delivery=None).update(delivery=delivery)
        if delivery.provider_ref is None:
            Delivery.objects.filter(pk=delivery.pk).update(provider_ref=fact.reference)
        if not signed:
            # A repeat is not a reason to ask again.
            return (
                Result.REPEATED if was_there else evaluate_unsigned(delivery, challenge, fact, now)
            )
        _record_details(delivery, challenge, fact, now)
        if confirmed or not was_there:
            # A repeat, days later, must not undo the person's START.
            note_opt_out(delivery, challenge, fact.failure, now=now)
        if apply_receipt(delivery, challenge, fact, now):
            return Result.MOVED
        return Result.REPEATED if was_there else Result.IGNORED


def _locked_challenge(delivery: Delivery) -> Challenge | None:
    """The challenge of a delivery, locked; None when both are gone by now."""
    return Challenge.objects.select_for_update().filter(pk=delivery.challenge_id).first()


def _known(provider: str, reference: str) -> Delivery | None:
    if not _is_storable(reference):
        return None
    return Delivery.objects.filter(provider=provider, provider_ref=reference).first()


def _unanswered(provider: str, fact: ReceiptFact) -> Delivery | None:
    """The message that a vendor names by our key because we have no reference of its own (yet)."""
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


def _known_by_now(provider: str, reference: str) -> Delivery | None:
    """The same under the lock: the send may be about to write its reference, and the second of the
    two sees the first."""
    _lock(provider, reference)
    return _known(provider, reference)


def _is_storable(reference: str) -> bool:
    # PostgreSQL cannot store NUL or half a surrogate pair.
    return reference.isprintable() and 0 < len(reference) <= LONGEST_REFERENCE


def evaluate_unsigned(
    delivery: Delivery, challenge: Challenge, fact: ReceiptFact, now: datetime
) -> Result:
    """Decide about an unsigned receipt: ask the vendor, or believe the end of an open delivery."""
    is_about_an_end = (
        fact.state is not ReceiptState.SENT
        and delivery.state == DeliveryState.SENT
        and challenge.state == ChallengeState.OPEN
        and challenge.expires_at > now
    )
    if not is_about_an_end:
        return Result.IGNORED
    if catalog.offered(delivery.provider, Polling) is not None:
        vendor_calls.schedule_call(STATUS_CALL, delivery, now=now)
        return Result.ASKED
    return Result.MOVED if apply_receipt(delivery, challenge, fact, now) else Result.IGNORED


def _record_details(
    delivery: Delivery, challenge: Challenge, fact: ReceiptFact, now: datetime
) -> None:
    """Record carrier, route and price if stated; never replace a value by nothing."""
    if fact.carrier:
        Delivery.objects.filter(pk=delivery.pk).update(carrier=fact.carrier[:64])
    if fact.cost_micros is not None and fact.cost_micros >= 0:
        delivery.challenge = challenge
        record_vendor_cost(delivery=delivery, vendor_micros=fact.cost_micros, now=now)


def apply_receipt(
    delivery: Delivery, challenge: Challenge, fact: ReceiptFact, now: datetime
) -> bool:
    """Move the delivery forward, and the timer with it. False if it was there already.

    Joins the caller's transaction, which must hold the challenge's row.
    """
    state = _STATES[fact.state]
    changed: dict[str, object] = {"state": state.value, "lease_until": None}
    if state is DeliveryState.FAILED:
        failure = fact.failure or Failure.CHANNEL_UNAVAILABLE
        changed |= {"failure": failure.value, "outcome": f"receipt: {failure}"}
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
    """Mark the code as arrived, unless a vendor has replaced it by another one (C14).

    Any step with our digits counts, because all of them carry the same.
    """
    sent = Delivery.objects.filter(challenge=challenge, generation=challenge.generation)
    counts = delivery.generation == challenge.generation and not is_replaced(delivery, sent)
    if challenge.state == ChallengeState.OPEN and counts:
        challenge.due_at, challenge.undeliverable = None, False
        challenge.save(update_fields=["due_at", "undeliverable"])
    record(
        ChallengeDelivered(
            channel=delivery.channel, provider=delivery.provider, step=delivery.step
        ),
        circumstances_of(challenge, now),
    )


def _set_due(challenge: Challenge, now: datetime) -> None:
    """Make the challenge due for the next sweep, which takes the next step or gives up."""
    if challenge.state == ChallengeState.OPEN and not challenge.undeliverable:
        challenge.due_at = now
        challenge.save(update_fields=["due_at"])


def digest_of(reference: str, state: str, failure: str) -> str:
    """The digest by which a repeated fact of the same vendor is recognized."""
    words = f"{reference}\0{state}\0{failure}"
    return hashlib.sha256(words.encode(errors="surrogatepass")).hexdigest()


def _lock(provider: str, reference: str) -> None:
    """Serialize by reference until the transaction ends. SQLite has only one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(%s)", [receipt_lock_key(provider, reference)]
            )
