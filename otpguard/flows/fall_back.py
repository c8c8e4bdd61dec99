"""Order the next step of plans whose step has failed, for many challenges with few statements."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q

from otpguard.audit.recorder import record_all
from otpguard.core.challenge import DeliveryState
from otpguard.core.events import ChallengeFellBack, ChallengeUndeliverable
from otpguard.core.fallback import MAX_SENDS, asked_step, following, take
from otpguard.core.outcome import Failure
from otpguard.flows.start import order
from otpguard.flows.unattended import circumstances_of
from otpguard.models import Challenge, Delivery

_FRAUD = "a vendor calls it fraud"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallen:
    """A challenge whose step has failed, and why. `final` says that nothing may follow."""

    challenge: Challenge
    reason: str
    final: bool = False


def fall_back(fallen: Sequence[Fallen], *, now: datetime) -> int:
    """Order the next step of each plan. Returns how many had one.

    The others are given up, with an event: no more is sent unasked, and the person may still press
    "try another way". A number that was never proven gets one further paid message this way, and no
    call (A5); where a vendor spoke of fraud, by whichever step, nothing follows. A code that is
    known to have arrived is left alone. Joins the caller's transaction, which must hold the
    challenges' rows.
    """
    arrived, fraud = _known([each.challenge for each in fallen])
    going, over, there = [], [], []
    for each in fallen:
        challenge = each.challenge
        final = each.final or challenge.pk in fraud
        index = None if final else following_of(challenge)
        if challenge.pk in arrived and not final:
            there.append(challenge)
        elif index is None:
            over.append(each if each.final or not final else replace(each, reason=_FRAUD))
        else:
            going.append(each)
            challenge.plan = take(challenge.plan, challenge.step, index)
    _leave_alone(there)
    _give_up(over, now)
    _go_on(going, now)
    return len(going)


def following_of(challenge: Challenge) -> int | None:
    """The index of the step that would follow unasked; None for none, or when all sends are used
    up."""
    if challenge.sends >= MAX_SENDS:
        return None
    return following(challenge.plan, challenge.step, unproven=challenge.enrolls)


def _known(challenges: Sequence[Challenge]) -> tuple[set[UUID], set[UUID]]:
    """Those whose present code has arrived since it was last asked for, and those of which a vendor
    said that it is fraud."""
    rows = Delivery.objects.filter(
        Q(state=DeliveryState.DELIVERED.value) | Q(failure=Failure.FRAUD_BLOCKED.value),
        challenge__in=challenges,
    )
    by_key = {challenge.pk: challenge for challenge in challenges}
    arrived, fraud = set(), set()
    for row in rows.only("challenge", "generation", "step", "failure"):
        challenge = by_key[row.challenge_id]
        if row.failure == Failure.FRAUD_BLOCKED:
            fraud.add(challenge.pk)
        elif row.generation == challenge.generation and row.step >= asked_step(
            challenge.plan, challenge.step
        ):
            arrived.add(challenge.pk)
    return arrived, fraud


def _leave_alone(challenges: Sequence[Challenge]) -> None:
    if challenges:
        keys = [challenge.pk for challenge in challenges]
        Challenge.objects.filter(pk__in=keys).update(due_at=None)
        for challenge in challenges:
            challenge.due_at = None


def _go_on(fallen: Sequence[Fallen], now: datetime) -> None:
    if not fallen:
        return
    alike: dict[str, list[Challenge]] = {}
    for each in fallen:
        alike.setdefault(json.dumps(each.challenge.plan), []).append(each.challenge)
    for group in alike.values():
        Challenge.objects.filter(pk__in=[challenge.pk for challenge in group]).update(
            plan=group[0].plan,
            step=F("step") + 1,
            sends=F("sends") + 1,
            last_sent_at=now,
            due_at=None,
        )
    events = []
    for each in fallen:
        challenge = each.challenge
        failed = challenge.plan[challenge.step]["channel"]
        challenge.step += 1
        challenge.sends += 1
        challenge.last_sent_at, challenge.due_at = now, None
        taken = challenge.plan[challenge.step]["channel"]
        event = ChallengeFellBack(failed=failed, following=taken, reason=each.reason)
        events.append((event, circumstances_of(challenge, now)))
    order([each.challenge for each in fallen])
    record_all(events)


def _give_up(fallen: Sequence[Fallen], now: datetime) -> None:
    if not fallen:
        return
    keys = [each.challenge.pk for each in fallen]
    Challenge.objects.filter(pk__in=keys).update(due_at=None, undeliverable=True)
    for each in fallen:
        each.challenge.due_at, each.challenge.undeliverable = None, True
    record_all(
        [
            (ChallengeUndeliverable(reason=each.reason), circumstances_of(each.challenge, now))
            for each in fallen
        ]
    )
