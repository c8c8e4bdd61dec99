"""Put what the layers found together into one verdict about a send."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Layer(StrEnum):
    """The layers of the defense. Each may find something about a send."""

    VELOCITY = "velocity"
    COUNTRY = "country"
    REPUTATION = "reputation"
    NETWORK = "network"
    BOT = "bot"
    MONEY = "money"
    NUMBER = "number"
    HYGIENE = "hygiene"


class Action(IntEnum):
    """What to do with a send, the mildest first."""

    SEND = 0
    PROOF_OF_WORK = 1
    ANOTHER_WAY = 2
    REFUSE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """What one layer found.

    `reason` is a stable word for operators, never shown to the caller. `weight` is between 0 and
    100: how sure the layer is. `work_level` is how hard a proof of work must be, from 1 to 3, if
    `action` asks for one. `detail` has the figures that led there, without personal data.
    `opens_reserve` leaves only the places of the money's reserve, beside what `action` asks for.
    """

    layer: Layer
    action: Action
    reason: str
    weight: int = 100
    work_level: int = 0
    detail: str = ""
    opens_reserve: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is done with a send, and why: `decided_by` is None for a send that nothing speaks
    against. `signals` has all of them, also those of layers that only record. `released` tells that
    one of them did not count because support has released the number; `only_reserve` that the
    budgets have no more than their reserve for it."""

    action: Action
    decided_by: Signal | None
    signals: tuple[Signal, ...]
    work_level: int = 0
    released: bool = False
    only_reserve: bool = False


def assess(
    signals: Iterable[Signal],
    *,
    record_only: Collection[Layer] = (),
    lifted: Collection[Signal] = (),
    work_level: int = 0,
) -> Verdict:
    """The verdict: the most severe action that a layer asks for, unless that layer only records.

    Of equally severe ones the weightiest decides, and of these the first. `lifted` are signals that
    do not count for a number that support has released. `work_level` is that of the proof of work
    that came with the send: a solved one answers signals of its level or below, and nothing more
    severe. It gives no way around the reserve.
    """
    every = tuple(signals)
    counted = [each for each in every if each.layer not in record_only and each not in lifted]
    only_reserve = any(each.opens_reserve for each in counted)
    severe = [
        each
        for each in counted
        if each.action is not Action.SEND
        and not (each.action is Action.PROOF_OF_WORK and each.work_level <= work_level)
    ]
    if not severe:
        return Verdict(
            action=Action.SEND,
            decided_by=None,
            signals=every,
            released=bool(lifted),
            only_reserve=only_reserve,
        )
    first = max(severe, key=lambda each: (each.action, each.weight))
    return Verdict(
        action=first.action,
        decided_by=first,
        signals=every,
        work_level=max(each.work_level for each in severe)
        if first.action is Action.PROOF_OF_WORK
        else 0,
        released=bool(lifted),
        only_reserve=only_reserve,
    )
