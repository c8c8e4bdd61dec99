"""The layer of reputation: what past sends to a prefix, a country or a network say about this one.

Outside look-ups are not part of it, and usually no statement either: see `known_prefixes`.
"""

from __future__ import annotations

from otpguard.core.pumping.attempt import Attempt, SpendLane
from otpguard.core.pumping.prefix_rules import rule_for
from otpguard.core.pumping.reputation import keys_of_attempt, signal_of
from otpguard.core.pumping.verdict import Signal
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.pumping.known_prefixes import keep_alive, known_prefixes
from otpguard.store_errors import STORE_ERRORS


def look_at_reputation(attempt: Attempt) -> Signal | None:
    """What is known of the number's prefixes, country and network; None if nothing is.

    Raises StoreUnavailable if that cannot be read: an unknown reputation is not a good one.
    """
    try:
        known = known_prefixes(attempt.now)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the reputation of prefixes cannot be read") from error
    listed = rule_for(attempt.number.e164, known.lists, attempt.now)
    if attempt.lane is not SpendLane.OWNER:
        for key in keys_of_attempt(attempt):
            if key in known.sums and known.sums[key].is_blocked(attempt.now):
                keep_alive(key, attempt.now)
    return signal_of(attempt, known.sums, listed)
