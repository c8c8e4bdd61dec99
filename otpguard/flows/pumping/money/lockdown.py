"""Lock down sign-ups: no paid message goes to visitors until it ends or two operators lift it.

The link of an alarm starts one without a login: a person who is called at night must only
press a button. It can close what costs money and nothing else, and two others open it again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import settings
from otpguard.core.events.spend import ChannelReopened, LockdownLifted, LockdownStarted
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.scope import is_site
from otpguard.models import PaidClosure, SignupLockdown
from otpguard.models.fields import REASON_LENGTH

LINK_LIFE = timedelta(hours=24)
LONGEST = timedelta(days=14)


def alarm_of(token: str) -> str | None:
    """The alarm that a link is of, if it may still start a lock-down; reads only."""
    try:
        alarm = vault.decrypt_token(vault.LOCKDOWN, token, max_age=LINK_LIFE)
    except vault.UndecryptableError:
        return None
    return None if SignupLockdown.objects.filter(alarm=alarm).exists() else alarm


def lock_down_by_link(*, facts: RequestFacts, token: str) -> SignupLockdown | None:
    """Start the lock-down of an alarm's link, for LOCKDOWN_HOURS. None for a link that is too old,
    was used or is no link of ours; of two uses at once one counts. Commits."""
    alarm = alarm_of(token)
    if alarm is None:
        return None
    until = facts.now + timedelta(hours=settings().money.lockdown_hours)
    try:
        with transaction.atomic():
            return _start(facts, alarm=alarm, until=until, reason="by the link of an alarm")
    except IntegrityError:
        return None


def lock_down(*, facts: RequestFacts, until: datetime, reason: str) -> SignupLockdown:
    """Start one until a moment at most 14 days ahead. Raises NotAllowed unless the site acts,
    InvalidInput for another moment (`until`)."""
    _check(facts)
    if not facts.now < until <= facts.now + LONGEST:
        raise InvalidInput("until", str(_("It must end within 14 days.")))
    with transaction.atomic():
        return _start(facts, alarm=None, until=until, reason=reason)


def lift_lockdown(*, facts: RequestFacts, lockdown: SignupLockdown, reason: str) -> bool:
    """Say that a lock-down may end. True once a second operator has said so, and it has ended.

    Neither of the two may have started it. Locks the row and commits. Raises NotAllowed unless the
    site acts, for the one who started it, for saying it twice, and for one that has ended.
    """
    _check(facts)
    with transaction.atomic():
        row = SignupLockdown.objects.select_for_update(of=("self",)).get(pk=lockdown.pk)
        if row.lifted_at is not None or row.until <= facts.now:
            raise NotAllowed(str(_("This lock-down has already ended.")))
        if facts.user in {str(row.by_id or ""), str(row.lifting_id or "")}:
            raise NotAllowed(str(_("Another operator must decide.")))
        done = row.lifting_id is not None
        if done:
            row.lifted_by_id, row.lifted_at = facts.user, facts.now
        else:
            row.lifting_id = facts.user
        row.save(update_fields=["lifting", "lifted_by", "lifted_at"])
        lifted = LockdownLifted(lockdown=str(row.pk), ended=done, reason=reason[:REASON_LENGTH])
        record(lifted, Circumstances.of(facts))
    return done


def reopen_channel(*, facts: RequestFacts, closure: PaidClosure, reason: str) -> bool:
    """Open what was closed because of a loss. False, with nothing written, if it was open.

    Commits. Raises NotAllowed unless the site acts.
    """
    _check(facts)
    with transaction.atomic():
        closed = PaidClosure.objects.filter(pk=closure.pk, ended_at=None)
        if not closed.update(ended_at=facts.now):
            return False
        reopened = ChannelReopened(
            scope=closure.scope, key=closure.key, reason=reason[:REASON_LENGTH]
        )
        record(reopened, Circumstances.of(facts))
    return True


def _start(
    facts: RequestFacts, *, alarm: str | None, until: datetime, reason: str
) -> SignupLockdown:
    row = SignupLockdown.objects.create(
        alarm=alarm, at=facts.now, until=until, by_id=facts.user or None
    )
    started = LockdownStarted(
        lockdown=str(row.pk), until=until.isoformat(), reason=reason[:REASON_LENGTH]
    )
    record(started, Circumstances.of(facts))
    return row


def _check(facts: RequestFacts) -> None:
    if not is_site(facts) or not facts.user:
        raise NotAllowed(str(_("Sign-ups belong to the site: leave the organization first.")))
