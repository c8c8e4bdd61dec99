"""Reports that came before the send had returned, and so found no delivery: applied when it has."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from otpguard.channels.base import ReceiptFact, ReceiptState
from otpguard.core.outcome import Failure
from otpguard.flows.receipt import apply, digest_of, weigh
from otpguard.models import Challenge, Delivery, Receipt
from otpguard.models.columns import Columns
from otpguard.models.prepared import prepared_cursor

_KEY = Columns(Delivery, "id")
_CONCEIVABLE = [
    (state, failure)
    for state in ReceiptState
    for failure in (("", *Failure) if state is ReceiptState.FAILED else ("",))
]


def catch_up(delivery: Delivery, challenge: Challenge, *, reference: str, now: datetime) -> None:
    """Apply reports that came before the send had returned, and so found no delivery.

    Joins the caller's transaction, which holds the challenge's row and the `turnstile` and has
    written `reference`; an empty one is of a vendor that did not answer, whose reports are known by
    our key.
    """
    for early in _early(delivery, reference):
        Receipt.objects.filter(pk=early.pk).update(delivery=delivery)
        delivery.refresh_from_db(fields=["state", "provider_ref"])
        if early.signed:
            apply(delivery, challenge, early.fact, now)
        else:
            weigh(delivery, challenge, early.fact, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Early:
    """A report that was stored before its delivery had the reference."""

    pk: int
    fact: ReceiptFact
    signed: bool


def _early(delivery: Delivery, reference: str) -> list[_Early]:
    """Those of this delivery, the oldest first. By hand: every send asks, few find one."""
    digests = _digests(reference) if reference else [""]
    places = ", ".join(["%s"] * len(digests))
    with prepared_cursor() as cursor:
        cursor.execute(
            "SELECT id, state, failure, signed"  # noqa: S608 (constant text)
            f" FROM {Receipt._meta.db_table} WHERE provider = %s"  # noqa: SLF001 (documented Meta)
            f" AND (delivery_id = %s OR (delivery_id IS NULL AND digest IN ({places})))"
            " ORDER BY id",
            [delivery.provider, *_KEY.bind(delivery.pk), *digests],
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


def _digests(reference: str) -> list[str]:
    """The digests of all that can be reported of one reference: a receipt keeps them alone."""
    return [digest_of(reference, state, failure) for state, failure in _CONCEIVABLE]
