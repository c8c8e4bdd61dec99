"""Where a person's notices go: all e-mail addresses, also those removed in the last three days.

An attacker who gets into an account would first remove the e-mail addresses and then act in
silence. So a removed one gets notices for a while longer (A9).
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db.models import Q

from otpguard.account import email_of, find_user
from otpguard.core.audience import STILL_TOLD
from otpguard.models import NoticeEmail
from otpguard.vault import UndecryptableError

logger = logging.getLogger("otpguard.notices")


def emails_of(user_id: str, *, now: datetime) -> tuple[str, ...]:
    """Every e-mail address that notices to this person go to, each once, the account's first.

    An e-mail address whose key is gone is left out and logged; the others still get the notice.
    """
    user = find_user(user_id)
    if user is None:
        return ()
    found = {}
    if own := email_of(user):
        found[own.lower()] = own
    live_or_recent = Q(removed_at=None) | Q(removed_at__gt=now - STILL_TOLD)
    rows = NoticeEmail.objects.filter(live_or_recent, user_id=user_id, confirmed_at__isnull=False)
    for row in rows.order_by("created_at"):
        try:
            email = row.email.reveal()
        except UndecryptableError:
            logger.warning("a notice e-mail address cannot be decrypted: %s", row.pk)
            continue
        found.setdefault(email.lower(), email)
    return tuple(found.values())
