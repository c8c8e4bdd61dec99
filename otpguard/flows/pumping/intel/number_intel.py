"""The layer of what vendors know about a number that nobody has confirmed yet."""

from __future__ import annotations

from otpguard.conf import settings
from otpguard.core.pumping.attempt import Attempt
from otpguard.core.pumping.intel.number_intel import number_signal, swap_matters
from otpguard.core.pumping.intel.number_report import IntelFact, NumberQuery
from otpguard.core.pumping.verdict import Signal
from otpguard.flows.pumping.intel.look_up_number import look_up_number
from otpguard.intel.number import known_facts

ALWAYS = frozenset({IntelFact.LINE_TYPE, IntelFact.PUMPING_RISK})


def look_at_number(attempt: Attempt) -> Signal | None:
    """What vendors say about the number; None if none is configured that knows what matters here.

    A changed SIM card matters at sensitive checkpoints and for a new password. Raises
    StoreUnavailable.
    """
    config = settings().number_intel
    if not config.vendors:
        return None
    wanted = ALWAYS | {IntelFact.SIM_SWAP} if _swap_matters(attempt) else ALWAYS
    wanted &= known_facts()
    if not wanted:
        return None
    query = NumberQuery(
        e164=attempt.number.e164, wanted=wanted, now=attempt.now, swap_days=config.swap_days
    )
    report = look_up_number(query, phone_index=attempt.phone_index, ask=attempt.asks_vendors)
    return number_signal(report, wanted=wanted, terms=config.terms, types=attempt.number_types)


def _swap_matters(attempt: Attempt) -> bool:
    """Also at a checkpoint that is gone since."""
    named = settings().checkpoints.get(attempt.source)
    return named is None or attempt.is_sensitive or swap_matters(named, owned=False)
