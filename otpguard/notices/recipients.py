"""Where a person's notices go: every address of theirs, also the ones of the last three days.

Whoever gets into an account would first take the addresses away and then act in silence. So one
that was removed hears what happens for a while longer (A9).
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db.models import Q

from otpguard.models import NoticeAddress
from otpguard.vault import UndecryptableError

logger = logging.getLogger("otpguard.notices")

STILL_TOLD = timedelta(hours=72)
"""How long a removed address still gets notices."""


def account_address(user: object) -> str:
    """The e-mail address of a user's account; empty when it has none."""
    name = get_user_model().get_email_field_name()
    return str(getattr(user, name, "") or "")


def addresses_of(user_id: str, *, now: datetime) -> tuple[str, ...]:
    """Every address that notices to this person go to, each once, the account's first.

    An address under a key that is gone is left out and logged: the others are still told.
    """
    user = get_user_model()._default_manager.filter(pk=user_id).first()  # noqa: SLF001 (documented)
    if user is None:
        return ()
    found = {}
    if own := account_address(user):
        found[own.lower()] = own
    live_or_recent = Q(removed_at=None) | Q(removed_at__gt=now - STILL_TOLD)
    rows = NoticeAddress.objects.filter(live_or_recent, user_id=user_id, confirmed_at__isnull=False)
    for row in rows.order_by("created_at"):
        try:
            address = row.address.reveal()
        except UndecryptableError:
            logger.warning("a notice address cannot be decrypted: %s", row.pk)
            continue
        found.setdefault(address.lower(), address)
    return tuple(found.values())
