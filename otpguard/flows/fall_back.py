"""Order the next step of plans whose step has failed, for many challenges with few statements."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from otpguard.audit.recorder import record_all
from otpguard.core.events import ChallengeFellBack, ChallengeUndeliverable
from otpguard.core.fallback import following, take
from otpguard.flows.start import order
from otpguard.flows.unattended import circumstances_of
from otpguard.models import Challenge


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
    call (A5). Joins the caller's transaction, which must hold the challenges' rows.
    """
    going, over = [], []
    for each in fallen:
        index = None if each.final else following_of(each.challenge)
        if index is None:
            over.append(each)
        else:
            going.append(each)
            plan, step = each.challenge.plan, each.challenge.step
            each.challenge.plan = take(plan, step, index)
    _give_up(over, now)
    _go_on(going, now)
    return len(going)


def following_of(challenge: Challenge) -> int | None:
    """The index of the step that would follow unasked; None for none."""
    return following(challenge.plan, challenge.step, unproven=challenge.enrolls)


def _go_on(fallen: Sequence[Fallen], now: datetime) -> None:
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
