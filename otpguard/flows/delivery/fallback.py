"""Enqueue the next step of plans whose step has failed, for many challenges in few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from otpguard.audit.recorder import record_all
from otpguard.core.challenge import DeliveryState
from otpguard.core.events.challenge import ChallengeFellBack, ChallengeUndeliverable
from otpguard.core.fallback import (
    MAX_SENDS,
    asked_step,
    bring_step_forward,
    free_step,
    next_step,
)
from otpguard.core.outcome import Failure
from otpguard.core.reasons import StartReason, reason_of_cap
from otpguard.core.sent_codes import is_replaced
from otpguard.flows.delivery.caps import charge_sends, has_paid_send_left
from otpguard.flows.delivery.event_context import circumstances_of
from otpguard.flows.delivery.outbox import enqueue_deliveries
from otpguard.flows.delivery.timers import Decided, read_sent, write_decided
from otpguard.flows.pumping.decision import record_refusals
from otpguard.flows.pumping.money.charge_money import FurtherMessage, charge_further
from otpguard.flows.pumping.rescreen import rescreen
from otpguard.models import Challenge, Delivery

_FRAUD = "a vendor calls it fraud"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallen:
    """A challenge whose step has failed, and why. `final` means that no step may follow."""

    challenge: Challenge
    reason: str
    final: bool = False


def fall_back(
    fallen: Sequence[Fallen],
    *,
    now: datetime,
    sent: Mapping[UUID, Sequence[Delivery]] | None = None,
) -> int:
    """Enqueue the next step of each plan. Returns how many plans had one.

    The others are given up, with an event: nothing more is sent unasked, but the person may still
    press "try another way". An unproven number gets one more paid message this way, and no call
    (A5), unless the pumping defense stops that by now. A message is not sent if a cap of its tenant
    or of the site is full. If a vendor reported
    fraud for any step, nothing follows. A code that is known to have arrived is left alone. `sent`
    is what `read_sent` has found by now. Joins the caller's transaction, which must hold the
    challenges' rows; locks the caps.
    """
    if not fallen:
        return 0
    known = read_sent([each.challenge for each in fallen]) if sent is None else sent
    over, there = [], []
    following: list[tuple[Fallen, int]] = []
    for each in fallen:
        challenge = each.challenge
        fraud = any(row.failure == Failure.FRAUD_BLOCKED for row in known[challenge.pk])
        final = each.final or fraud
        index = None if final else following_of(challenge)
        if not final and _has_arrived(challenge, known[challenge.pk]):
            there.append(challenge)
        elif index is None:
            over.append(each if each.final or not final else replace(each, reason=_FRAUD))
        else:
            following.append((each, index))
    allowed, stopped = _screen(following, now)
    charged, refused = _charge(allowed, now)
    going, broke = _afford(charged, now)
    _write(going, [*over, *stopped, *broke, *refused], there, now)
    return len(going)


def _write(
    going: Sequence[Fallen], over: Sequence[Fallen], there: Sequence[Challenge], now: datetime
) -> None:
    """Write what becomes of them, the next messages and the events."""
    failed = [each.challenge.plan[each.challenge.step]["channel"] for each in going]
    went, given_up = [each.challenge for each in going], [each.challenge for each in over]
    write_decided(Decided(went=went, given_up=given_up, left=there), now=now)
    enqueue_deliveries(went)
    events = [
        *(_fell_back(each, channel) for each, channel in zip(going, failed, strict=True)),
        *(ChallengeUndeliverable(reason=each.reason) for each in over),
    ]
    told = zip(events, [*went, *given_up], strict=True)
    record_all([(event, circumstances_of(challenge, now)) for event, challenge in told])


def _screen(
    following: Sequence[tuple[Fallen, int]], now: datetime
) -> tuple[list[tuple[Fallen, int]], list[Fallen]]:
    """Those that may be sent, if need be over a free step in place of the one that follows, and
    those whose range or site has been closed meanwhile."""
    stopped = rescreen([(each.challenge, index) for each, index in following], now=now)
    refused = [
        (screened, screened.verdict.decided_by)
        for screened in stopped.values()
        if screened.verdict.decided_by is not None
    ]
    record_refusals(refused)
    allowed, over = [], []
    for each, index in following:
        is_stopped = each.challenge.pk in stopped
        free = free_step(each.challenge.plan, index) if is_stopped else index
        if free is None:
            over.append(replace(each, reason=StartReason.ANOTHER_WAY.value))
        else:
            allowed.append((each, free))
    return allowed, over


def _afford(
    following: Sequence[tuple[Fallen, int]], now: datetime
) -> tuple[list[Fallen], list[Fallen]]:
    """Charge the step that follows to the money ceilings, and bring it forward: those that may be
    paid for or have a free step to take instead, and those that end here.

    After the caps, as in a start: what holds a ceiling waits for no cap.
    """
    wanted = [
        FurtherMessage(challenge=each.challenge, step=each.challenge.plan[index])
        for each, index in following
    ]
    going, broke = [], []
    for (each, index), signal in zip(following, charge_further(wanted, now=now), strict=True):
        free = index if signal is None else free_step(each.challenge.plan, index)
        if free is None:
            broke.append(replace(each, reason=StartReason.ANOTHER_WAY.value))
        else:
            challenge = each.challenge
            challenge.plan = bring_step_forward(challenge.plan, challenge.step, free)
            going.append(each)
    return going, broke


def _charge(
    following: Sequence[tuple[Fallen, int]], now: datetime
) -> tuple[list[tuple[Fallen, int]], list[Fallen]]:
    """Charge the step that follows to its caps: those that may take it, and those that may not.

    In the order of the tenants: whatever the limiter locks one by one, two workers cannot deadlock.
    """
    ordered = sorted(following, key=lambda pair: str(pair[0].challenge.tenant_id or ""))
    wanted = [(each.challenge, index) for each, index in ordered]
    charged, refused = [], []
    for (each, index), full in zip(ordered, charge_sends(wanted, now=now), strict=True):
        if full is None:
            charged.append((each, index))
        else:
            refused.append(replace(each, reason=reason_of_cap(full.cap).value))
    return charged, refused


def _fell_back(fallen: Fallen, failed: str) -> ChallengeFellBack:
    challenge = fallen.challenge
    following = challenge.plan[challenge.step]["channel"]
    return ChallengeFellBack(failed=failed, following=following, reason=fallen.reason)


def following_of(challenge: Challenge) -> int | None:
    """The index of the step that follows unasked; None without one or if all sends are used."""
    if challenge.sends >= MAX_SENDS:
        return None
    index = next_step(challenge.plan, challenge.step, unproven=challenge.enrolls)
    return index if index is not None and has_paid_send_left(challenge, index) else None


def _has_arrived(challenge: Challenge, sent: Sequence[Delivery]) -> bool:
    asked = asked_step(challenge.plan, challenge.step)
    return any(
        row.state == DeliveryState.DELIVERED
        and row.generation == challenge.generation
        and row.step >= asked
        and not is_replaced(row, sent)
        for row in sent
    )
