"""Apply receipts that arrived before the send returned, when no delivery had their reference."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from otpguard.channels.base import ReceiptFact, ReceiptState
from otpguard.core.outcome import Failure
from otpguard.database import connection
from otpguard.flows.delivery.opted_out import note_opt_out
from otpguard.flows.delivery.receipts import apply_receipt, digest_of, evaluate_unsigned
from otpguard.models import Challenge, Delivery, Receipt
from otpguard.prepared_sql import Columns
from otpguard.statements import prepared_cursor

_KEY = Columns(Delivery, "id")
RECEIPTS = Columns(Receipt).table
_CONCEIVABLE = [
    (state, failure)
    for state in ReceiptState
    for failure in (("", *Failure) if state is ReceiptState.FAILED else ("",))
]
_EARLY = "provider = %s AND (delivery_id = %s OR (delivery_id IS NULL AND digest {}))"
EARLY = _EARLY.format("= ANY(%s)")
"""The condition in SQL of PostgreSQL for the receipts of one delivery that came before its
reference; its parameters are `early_values`. The digests are one of them: psycopg parses a text
with more than fifty again each time."""
_EARLY_IN = _EARLY.format(f"IN ({', '.join(['%s'] * len(_CONCEIVABLE))})")


def apply_early_receipts(
    delivery: Delivery, challenge: Challenge, *, reference: str, now: datetime
) -> None:
    """Apply the receipts of this delivery that arrived before its send returned.

    Joins the caller's transaction, which must hold the challenge's row and the `receipt_lock_key`
    and must have written `reference`. If the vendor did not answer, `reference` is empty and the
    receipts are found by our own key.
    """
    for early in _early(delivery, reference):
        Receipt.objects.filter(pk=early.pk).update(delivery=delivery)
        delivery.refresh_from_db(fields=["state", "provider_ref"])
        if early.signed:
            note_opt_out(delivery, challenge, early.fact.failure, now=now)
            apply_receipt(delivery, challenge, early.fact, now)
        else:
            evaluate_unsigned(delivery, challenge, early.fact, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Early:
    """A receipt that was stored before its delivery had the reference."""

    pk: int
    fact: ReceiptFact
    signed: bool


def early_values(delivery: Delivery, reference: str) -> list[Any]:
    """The parameters of EARLY: a row stores of a reference only the digest, so all the digests
    that one reference can have."""
    digests = [digest_of(reference, state, failure) for state, failure in _CONCEIVABLE]
    if not reference:
        digests = [""] * len(digests)
    return [delivery.provider, *_KEY.bind(delivery.pk), digests]


def _early(delivery: Delivery, reference: str) -> list[_Early]:
    """Those of this delivery, the oldest first. Hand-written SQL: every send asks, few find one."""
    where, values = EARLY, early_values(delivery, reference)
    if connection.vendor != "postgresql":
        where, values = _EARLY_IN, [*values[:-1], *values[-1]]
    with prepared_cursor() as cursor:
        cursor.execute(
            f"SELECT id, state, failure, signed FROM {RECEIPTS} WHERE {where} ORDER BY id",  # noqa: S608 (constant text)
            values,
        )
        rows = cursor.fetchall()
    return [
        _Early(
            pk=pk,
            fact=ReceiptFact(
                reference=reference,
                state=ReceiptState(state),
                failure=Failure(failure) if failure else None,
            ),
            signed=bool(signed),
        )
        for pk, state, failure, signed in rows
    ]
