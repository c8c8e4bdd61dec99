"""Count a wrong password, so that the next login of that name is known to follow it."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from otpguard.database import transaction
from otpguard.limits.wrong_passwords import count_wrong
from otpguard.store_errors import STORE_ERRORS

logger = logging.getLogger("otpguard.login")


def note_wrong_password(*, names: Sequence[str], now: datetime) -> None:
    """Count one wrong password for the login names that were typed. Commits, or joins.

    Nobody is looked up: the work is the same whether there is such a person or not. Without an
    answer of the store nothing is counted and nothing raised, for the login was refused already.
    """
    try:
        with transaction.atomic():
            count_wrong(names, now=now)
    except STORE_ERRORS:
        logger.exception("a wrong password was not counted")
