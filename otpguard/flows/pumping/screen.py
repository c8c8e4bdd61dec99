"""Screen one send: ask every layer, and put what they found together.

The layers look before the transaction of the start, so no lock of a cap is held while a file or a
vendor is read. What must be exact, such as caps and budgets, is charged inside it.
"""

from __future__ import annotations

from collections.abc import Callable

from otpguard.conf import settings
from otpguard.core.pumping.attempt import Attempt
from otpguard.core.pumping.lifting import is_lifted
from otpguard.core.pumping.verdict import Action, Signal, Verdict, assess
from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused
from otpguard.flows.pumping.country import look_at_country
from otpguard.flows.pumping.intel.number_intel import look_at_number
from otpguard.flows.pumping.money.money_layer import look_at_money
from otpguard.flows.pumping.network import look_at_network
from otpguard.flows.pumping.release_number import is_released
from otpguard.flows.pumping.reputation import look_at_reputation
from otpguard.flows.pumping.visitor_form.bot import look_at_form

Look = Callable[[Attempt], Signal | None]
"""One layer: what it found about a send, or None. Raises StoreUnavailable at most."""

LAYERS: tuple[Look, ...] = (
    look_at_form,
    look_at_country,
    look_at_network,
    look_at_reputation,
    look_at_money,
)
"""The layers that look before the transaction, in the order in which they stand in a record."""

PAID_LAYERS: tuple[Look, ...] = (look_at_number,)
"""Layers that cost money: they look only at what the others let pass, so that a flood which they
stop uses up no budget of a vendor."""


def screen(attempt: Attempt) -> Verdict:
    """The verdict about a send, before anything is charged. Raises StoreUnavailable.

    Whether support has released the number is read only where a signal would be lifted by that.
    """
    found = _looked(LAYERS, attempt)
    verdict = _assessed(found, attempt)
    if verdict.action is not Action.SEND:
        return verdict
    paid = _looked(PAID_LAYERS, attempt)
    return _assessed([*found, *paid], attempt) if paid else verdict


def _looked(layers: tuple[Look, ...], attempt: Attempt) -> list[Signal]:
    return [signal for look in layers if (signal := look(attempt)) is not None]


def _assessed(found: list[Signal], attempt: Attempt) -> Verdict:
    lifted = [each for each in found if each.action is not Action.SEND and is_lifted(each)]
    if lifted and not is_released(attempt.phone_index, now=attempt.now):
        lifted = []
    return assess(
        found,
        record_only=settings().pumping.record_only,
        lifted=lifted,
        work_level=attempt.form.work_level,
    )


def demand(verdict: Verdict) -> None:
    """Raise StartRefused unless the verdict lets the send pass.

    The reason tells the person what to do next, and never which layer decided.
    """
    match verdict.action:
        case Action.SEND:
            return
        case Action.PROOF_OF_WORK:
            raise StartRefused(
                StartReason.PROOF_OF_WORK,
                signal=verdict.decided_by,
                work_level=verdict.work_level,
            )
        case Action.ANOTHER_WAY | Action.REFUSE:
            raise StartRefused(StartReason.ANOTHER_WAY, signal=verdict.decided_by)
