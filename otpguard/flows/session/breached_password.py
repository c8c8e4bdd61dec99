"""Look a new password up in a list of breached ones."""

from __future__ import annotations

import logging

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.session import PasswordNotChecked
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.intel.breached_passwords import Breaches
from otpguard.store_errors import STORE_ERRORS

logger = logging.getLogger("otpguard.passwords")


def is_breached(
    *, facts: RequestFacts, password: str, breaches: Breaches, least: int, subject: str = ""
) -> bool:
    """Whether a password was seen in breaches at least `least` times.

    A list that does not answer stops nobody from choosing a password: an event says that it was not
    checked, and the answer is False. `subject` is the id of the person whose password it is, if
    there is one already. Commits the event, or joins; without an answer of the store there is a
    line in the process's log instead. The password itself stands nowhere.
    """
    times = breaches.times(password)
    if times is not None:
        return times >= least
    try:
        with transaction.atomic():
            record(
                PasswordNotChecked(reason=breaches.named.value),
                Circumstances.of(facts, subject=subject or facts.user),
            )
    except STORE_ERRORS:
        logger.exception("a password was not checked, and no event says so")
    return False
