"""Release one number for an hour, for a person whom support has spoken with."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.pumping import NumberReleased
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import PhoneNumber, mask_phone
from otpguard.core.plain_text import plain_text
from otpguard.core.pumping.lifting import RELEASED_FOR
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, StoreUnavailable
from otpguard.flows.scope import check_site
from otpguard.models import NumberRelease
from otpguard.models.fields import REASON_LENGTH
from otpguard.store_errors import STORE_ERRORS


def release_number(*, facts: RequestFacts, number: PhoneNumber, reason: str) -> NumberRelease:
    """Let one number pass what is only suspected of its range, for RELEASED_FOR from now.

    Caps, ceilings of money and a lock-down go on. A second release begins a new hour. Commits the
    release and its event together; locks nothing. Raises NotAllowed unless the site acts,
    InvalidInput (`reason`) without a reason or with one that is too long.
    """
    check_site(facts)
    reason = plain_text(reason)
    if not 0 < len(reason) <= REASON_LENGTH:
        said = str(_("Say why, in at most %(length)s characters.")) % {"length": REASON_LENGTH}
        raise InvalidInput("reason", said)
    made = NumberRelease(
        number=number.e164,
        phone_index=vault.blind_indexes(number.e164)[0],
        at=facts.now,
        until=facts.now + RELEASED_FOR,
        by_id=facts.user or None,
        reason=reason,
    )
    with transaction.atomic():
        made.save(force_insert=True)
        event = NumberReleased(
            release=str(made.pk),
            number=mask_phone(number.e164),
            until=made.until.isoformat(),
            reason=reason,
        )
        record(event, Circumstances.of(facts))
    return made


def is_released(phone_index: str, *, now: datetime) -> bool:
    """True while a release of this number runs. One read. Raises StoreUnavailable."""
    running = NumberRelease.objects.filter(phone_index=phone_index, at__lte=now, until__gt=now)
    try:
        return running.exists()
    except STORE_ERRORS as error:
        raise StoreUnavailable("the released numbers cannot be read") from error
