""" "This was not me" about a reset: end its link and its codes, and say so."""

from __future__ import annotations

from datetime import datetime
from functools import partial

from django.db.models import Q

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.password_reset import PasswordResetRepudiated
from otpguard.core.facts import RequestFacts
from otpguard.core.password_reset import ADMIN_CHECKPOINT, CHECKPOINT
from otpguard.database import transaction
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.challenge.close import cancel_open
from otpguard.flows.lock_order import lock_person
from otpguard.flows.password_reset.link import denied_link
from otpguard.models import Challenge, ResetLink
from otpguard.signals import challenge_repudiated
from otpguard.store_errors import STORE_ERRORS

WHY = "reset repudiated"


def repudiable(*, token: str, now: datetime) -> bool:
    """Whether the token's link still counts. Reads only: programs open links of e-mails, too.
    Raises StoreUnavailable."""
    try:
        return denied_link(token=token, now=now) is not None
    except STORE_ERRORS as error:
        raise StoreUnavailable("the link cannot be read") from error


def repudiate_reset(*, facts: RequestFacts, token: str) -> bool:
    """The reader of the mailbox says that they did not ask for this reset.

    `token` is that of `denial_of`. Ends the link and cancels the person's open codes of resets.
    Needs no login: who has forgotten the password has none. Locks the person, then the challenges.
    False for a link that does not count any more. Raises StoreUnavailable.
    """
    try:
        with transaction.atomic():
            link = denied_link(token=token, now=facts.now)
            if link is None:
                return False
            lock_person(link.user_id)
            if not ResetLink.objects.live(facts.now).filter(pk=link.pk).update(ended_at=facts.now):
                return False
            resets = Q(checkpoint__in=[CHECKPOINT, ADMIN_CHECKPOINT])
            mine = Challenge.objects.filter(resets & Q(user_id=link.user_id))
            said = PasswordResetRepudiated(
                link=str(link.pk), challenges=cancel_open(facts, mine, WHY)
            )
            where = Circumstances.of(facts, subject=str(link.user_id), checkpoint=CHECKPOINT)
            record(said, where)
            transaction.on_commit(
                partial(
                    challenge_repudiated.send_robust,
                    sender=ResetLink,
                    user_id=link.user_id,
                    tenant_id=None,
                    checkpoint=CHECKPOINT,
                )
            )
    except STORE_ERRORS as error:
        raise StoreUnavailable("the reset cannot be ended") from error
    return True
