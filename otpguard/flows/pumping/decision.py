"""Record what was decided about a send: one row a send, and one a refusal."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from otpguard.conf import settings
from otpguard.core.pumping.attempt import Attempt
from otpguard.core.pumping.record import fingerprint, signals_as_json
from otpguard.core.pumping.verdict import Action, Signal, Verdict
from otpguard.core.uuid7 import RANDOM_BYTES, uuid7
from otpguard.database import transaction
from otpguard.exceptions import StartRefused
from otpguard.flows.coalesce import Coalescer
from otpguard.flows.pumping.visitor_form.spend import Spend
from otpguard.models import Challenge, PumpingDecision

refused_lately = Coalescer()

RULES = ("pumping", "velocity", "reputation", "money", "hygiene")
"""The groups of settings that decide: a record's fingerprint tells whether they have changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screened:
    """An attempt, and the verdict about it before anything was charged. `spends` is what its form
    has used up, if the send starts."""

    attempt: Attempt
    verdict: Verdict
    spends: tuple[Spend, ...] = ()


@contextmanager
def recording_refusals(screened: Screened) -> Iterator[None]:
    """Record a refusal of the defense that is raised within; others are none of its business.

    The refusal passes on. Its row commits by itself, or with an outer transaction, so whatever is
    charged within must be rolled back by then.
    """
    try:
        yield
    except StartRefused as refusal:
        if refusal.signal is not None:
            record_refusals([(screened, refusal.signal)])
        raise


def record_send(screened: Screened, challenge: Challenge) -> None:
    """Write the decision to send, in the transaction that writes the challenge. One insert."""
    _row(screened, action=Action.SEND, decided_by=None, challenge=challenge).save(force_insert=True)


def record_refusals(refused: Iterable[tuple[Screened, Signal]]) -> None:
    """Write refusals by what decided each; commits by itself or joins. One insert for all.

    Those of one number for one reason within a minute are one row: the next one has their count.
    """
    rows = []
    for screened, signal in refused:
        attempt = screened.attempt
        kind = (attempt.phone_index, attempt.tenant, attempt.source, signal.layer, signal.reason)
        _story, count = refused_lately.count(kind, story="", now=attempt.now)
        if count:
            row = _row(screened, action=signal.action, decided_by=signal)
            row.repeats = count
            rows.append(row)
    if rows:
        with transaction.atomic():
            PumpingDecision.objects.bulk_create(rows)


def _row(
    screened: Screened,
    *,
    action: Action,
    decided_by: Signal | None,
    challenge: Challenge | None = None,
) -> PumpingDecision:
    attempt, verdict = screened.attempt, screened.verdict
    if decided_by is not None and decided_by not in verdict.signals:
        # Charged after the layers had looked, such as a cap.
        verdict = replace(verdict, signals=(*verdict.signals, decided_by))
    return PumpingDecision(
        id=uuid7(attempt.now, os.urandom(RANDOM_BYTES)),
        at=attempt.now,
        source=attempt.source,
        tenant_id=attempt.tenant or None,
        user_id=attempt.user or None,
        challenge_id=challenge.pk if challenge is not None else None,
        number=attempt.number.e164,
        phone_index=attempt.phone_index,
        prefix=attempt.prefix,
        country=attempt.number.region,
        channel=attempt.channel,
        lane=attempt.lane.value,
        network=attempt.network.kind.value,
        asn=attempt.network.asn,
        client_ip=attempt.client_ip,
        action=action.name.lower(),
        layer=decided_by.layer.value if decided_by is not None else "",
        reason=decided_by.reason if decided_by is not None else "",
        signals=signals_as_json(verdict.signals),
        released=verdict.released,
        rules=fingerprint(_rules()),
        price_micros=attempt.price_micros,
        work_level=verdict.work_level,
        solved_level=attempt.form.work_level,
    )


def _rules() -> Iterator[Any]:
    mine = settings()
    return (getattr(mine, name) for name in RULES)
