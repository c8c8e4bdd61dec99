"""Charge messages to unproven numbers to the money budgets, inside the transaction that sends them.

The counters are locked last of all, after caps and challenges, and until the commit. A refusal
rolls the start back, so it charges nothing. A confirmed factor's messages are not counted here: see
`otpguard.flows.pumping.money.close_channel`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record_all
from otpguard.conf import settings
from otpguard.core.events.base import Event
from otpguard.core.events.spend import SpendWarned
from otpguard.core.fallback import Step
from otpguard.core.pumping.attempt import Attempt, SpendLane
from otpguard.core.pumping.money.budgets import decide_spend
from otpguard.core.pumping.money.habit import expected_habit, habit_of, is_young
from otpguard.core.pumping.money.spending import (
    NO_SUMS,
    OverBudget,
    PaidSend,
    Payable,
    SpendKey,
    SpendScope,
    all_keys,
)
from otpguard.core.pumping.verdict import Action, Layer, Signal
from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused, StoreUnavailable
from otpguard.flows.pumping.money.clean_ip import is_clean
from otpguard.flows.pumping.money.close_channel import end_trial
from otpguard.flows.pumping.money.expected_price import expected_price
from otpguard.flows.pumping.money.money_layer import closed_signal, closures_of
from otpguard.flows.pumping.release_number import is_released
from otpguard.limits.money import (
    DAY_HOURS,
    add_spend,
    hour_at,
    lock_spend,
    prove_spend,
    read_histories,
    read_sums,
)
from otpguard.models import Challenge, PaidClosure, PumpingDecision, SpendCharge
from otpguard.store_errors import STORE_ERRORS


def charge_first_spend(attempt: Attempt, *, challenge: UUID, only_reserve: bool = False) -> None:
    """Charge the first message of a challenge to the budgets and ceilings of its number.

    Nothing for one that is free, or for an owner's confirmed factor. `only_reserve` says that the
    verdict leaves no more than the reserve. A number that support has released passes what lies in
    LIFTED_BUDGETS, and its decision, written before in the same transaction, notes that. Joins the
    caller's transaction; locks the counters until it ends, so it comes last. Raises StartRefused
    with the signal when an amount is used up, StoreUnavailable.
    """
    if not attempt.price_micros or attempt.lane is SpendLane.OWNER:
        return
    send = PaidSend(
        prefix=attempt.prefix,
        country=attempt.number.region,
        lane=attempt.lane,
        tenant=attempt.tenant,
        is_strict=attempt.is_strict,
        micros=attempt.price_micros,
        only_reserve=only_reserve,
    )

    def is_clean_here() -> bool:
        return is_clean(attempt.client_ip, attempt.network, now=attempt.now)

    def is_released_here() -> bool:
        return is_released(attempt.phone_index, now=attempt.now)

    try:
        _take_trial(attempt, challenge)
        [done] = _charge(
            [send],
            now=attempt.now,
            is_clean_here=is_clean_here,
            is_released_here=is_released_here,
        )
        if isinstance(done, Payable):
            if done.by_release:
                PumpingDecision.objects.filter(challenge=challenge).update(released=True)
            _keep(send, done, challenge=challenge, now=attempt.now)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the budgets cannot be counted") from error
    if isinstance(done, OverBudget):
        raise StartRefused(StartReason.ANOTHER_WAY, signal=_signal(done))


def _take_trial(attempt: Attempt, challenge: UUID) -> None:
    """Take the one message on trial of what is closed for this number, of each scope or of none."""
    closed = closures_of(attempt)
    ready = [row.pk for row in closed if row.until <= attempt.now and row.tried_at is None]
    free = PaidClosure.objects.filter(pk__in=ready, tried_at=None, ended_at=None)
    taken = free.update(tried_at=attempt.now, trial=challenge) if ready else 0
    if taken < len(closed):
        raise StartRefused(StartReason.ANOTHER_WAY, signal=closed_signal(closed[0]))


@dataclass(frozen=True, slots=True, kw_only=True)
class FurtherMessage:
    """A fallback or a resend: one step of a challenge that is open."""

    challenge: Challenge
    step: Step


def charge_further(wanted: Sequence[FurtherMessage], *, now: datetime) -> list[Signal | None]:
    """Charge further messages to the ceilings, one after another; the signal for each that may not
    be sent.

    Free messages and those of confirmed factors pass without a statement. Joins the caller's
    transaction, which holds the challenges' rows; locks the counters. Raises StoreUnavailable.
    """
    try:
        return _further(wanted, now)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the budgets cannot be counted") from error


def charge_again(challenge: Challenge, *, step: Step, now: datetime) -> None:
    """`charge_further` for one message. Raises StartRefused, StoreUnavailable."""
    [signal] = charge_further([FurtherMessage(challenge=challenge, step=step)], now=now)
    if signal is not None:
        raise StartRefused(StartReason.ANOTHER_WAY, signal=signal)


def prove_money(challenge: Challenge, *, now: datetime) -> None:
    """Its number is proven: what it has charged no longer counts as unproven.

    Nothing for a factor that was confirmed before. Joins the transaction of the proof, which has
    locked the challenge; locks the counters, so it comes last. Raises StoreUnavailable.
    """
    if not challenge.enrolls or not challenge.plan:
        return
    try:
        charge = SpendCharge.objects.filter(challenge=challenge.pk).first()
        if charge is None:
            return
        lock_spend([_key(scope, key) for scope, key, *_ in charge.amounts])
        # Of two proofs at once one has deleted it.
        deleted, _ = SpendCharge.objects.filter(pk=charge.pk).delete()
        if deleted:
            prove_spend(charge, now=now)
        end_trial(challenge.pk, now=now)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the budgets cannot be counted") from error


def _further(wanted: Sequence[FurtherMessage], now: datetime) -> list[Signal | None]:
    found: list[Signal | None] = [None] * len(wanted)
    prices = [
        expected_price(each.step, now=now) if each.challenge.enrolls else 0 for each in wanted
    ]
    paid = [place for place, price in enumerate(prices) if price]
    if not paid:
        return found
    named = [wanted[place].challenge.pk for place in paid]
    charges = {row.challenge: row for row in SpendCharge.objects.filter(challenge__in=named)}
    known = [place for place in paid if wanted[place].challenge.pk in charges]
    sends = [_again(charges[wanted[place].challenge.pk], prices[place]) for place in known]
    for place, done in zip(known, _charge(sends, now=now), strict=True):
        found[place] = _signal(done) if isinstance(done, OverBudget) else None
    return found


def _again(charge: SpendCharge, micros: int) -> PaidSend:
    return PaidSend(
        prefix=charge.prefix,
        country=charge.country,
        lane=SpendLane(charge.lane),
        tenant=charge.tenant,
        is_strict=charge.is_strict,
        micros=micros,
        is_first=False,
    )


def _charge(
    sends: Sequence[PaidSend],
    *,
    now: datetime,
    is_clean_here: Callable[[], bool] = lambda: False,
    is_released_here: Callable[[], bool] = lambda: False,
) -> list[Payable | OverBudget]:
    """Decide in turn and write what may be sent, in three statements for all of them."""
    if not sends:
        return []
    terms = settings().money
    keys = all_keys(sends, terms)
    habits = _habits(sends, keys, now)
    lock_spend(keys)
    sums = read_sums(keys, now=now)
    found: list[Payable | OverBudget] = []
    for send in sends:
        done = decide_spend(send, sums=sums, habits=habits, terms=terms)
        if isinstance(done, OverBudget) and done.has_reserve and is_clean_here():
            done = decide_spend(send, sums=sums, habits=habits, terms=terms, is_clean=True)
        if isinstance(done, OverBudget) and done.yields_to_release and is_released_here():
            freed = replace(send, is_released=True)
            done = decide_spend(freed, sums=sums, habits=habits, terms=terms)
        if isinstance(done, Payable):
            for entry in done.entries:
                sums[entry.key] = sums.get(entry.key, NO_SUMS).plus(entry)
        found.append(done)
    spent = [each for each in found if isinstance(each, Payable)]
    add_spend([entry for each in spent for entry in each.entries], now=now)
    _warn([key for each in spent for key in each.warned], now=now)
    return found


def _habits(
    sends: Sequence[PaidSend], keys: Sequence[SpendKey], now: datetime
) -> Mapping[SpendKey, int]:
    mine = settings()
    today = hour_at(now) // DAY_HOURS
    histories = read_histories(keys, now=now)
    habits = {key: habit_of(seen.days, today=today) for key, seen in histories.items()}
    for send in sends:
        key = SpendKey(scope=SpendScope.COUNTRY, key=f"{send.country}:{send.lane.value}")
        if is_young(histories[key].first, today=today):
            expected = expected_habit(
                send.country, price=send.micros, terms=mine.money, home=mine.default_region
            )
            habits[key] = max(habits[key], expected)
    return habits


def _keep(send: PaidSend, done: Payable, *, challenge: UUID, now: datetime) -> None:
    SpendCharge.objects.create(
        challenge=challenge,
        hour=hour_at(now),
        lane=send.lane.value,
        prefix=send.prefix,
        country=send.country,
        tenant=send.tenant,
        is_strict=send.is_strict,
        micros=send.micros,
        amounts=[
            [each.key.scope.value, each.key.key, each.all_micros, each.unverified_micros]
            for each in done.entries
        ],
    )


def _warn(keys: Sequence[SpendKey], *, now: datetime) -> None:
    percent = settings().money.warning_share
    told: list[tuple[Event, Circumstances]] = [
        (
            SpendWarned(scope=key.scope.value, key=key.key, percent=percent),
            Circumstances(now=now),
        )
        for key in dict.fromkeys(keys)
    ]
    if told:
        record_all(told)


def _key(scope: str, key: str) -> SpendKey:
    return SpendKey(scope=SpendScope(scope), key=key)


def _signal(over: OverBudget) -> Signal:
    return Signal(
        layer=Layer.MONEY,
        action=Action.ANOTHER_WAY,
        reason=over.reason,
        detail=f"{over.key.scope.value} {over.key.key}",
    )
