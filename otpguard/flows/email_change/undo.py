"""Undo a changed e-mail address, by the link that the old mailbox got."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db.models import Q

from otpguard import vault
from otpguard.account import find_user, save_email
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.events.email_change import AccountEmailRestored
from otpguard.core.facts import RequestFacts
from otpguard.core.password_reset import CHECKPOINT
from otpguard.database import transaction
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.lock_order import lock_person
from otpguard.flows.notice.notify import notify
from otpguard.flows.password_reset.aftermath import end_everything, hold_sensitive
from otpguard.flows.release.hold import HoldCause
from otpguard.models import EmailChange, ResetLink
from otpguard.models.password_reset import UNDO_LIFE
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.signals import account_email_changed
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants import policies

WHY = "e-mail address restored"


def undoable(*, token: str, now: datetime) -> bool:
    """Whether this link still undoes something. Reads only: programs open links of e-mails, too.
    Raises StoreUnavailable."""
    try:
        return _find(token, now) is not None
    except STORE_ERRORS as error:
        raise StoreUnavailable("the change cannot be read") from error


def undo_email_change(*, facts: RequestFacts, token: str) -> bool:
    """Restore the e-mail address that the account had before the change that `token` names.

    Later changes are undone with it, so that an older mailbox outranks whatever was put in its
    place. All login sessions, challenges and proofs of the person end, links to reset the password
    too, and what is sensitive waits. Needs no login. Locks the person, their memberships,
    challenges and grants. False for a link that undoes nothing any more. Raises StoreUnavailable.
    """
    try:
        with transaction.atomic():
            row = _find(token, facts.now)
            if row is None:
                return False
            lock_person(row.user_id)
            since = EmailChange.objects.live(facts.now).filter(Q(user_id=row.user_id))
            if not since.filter(pk=row.pk).exists():
                return False
            since.filter(changed_at__gte=row.changed_at).update(undone_at=facts.now)
            _restore(replace(facts, user=str(row.user_id), tenant=""), row)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the change cannot be undone") from error
    return True


def _restore(facts: RequestFacts, row: EmailChange) -> None:
    user = find_user(row.user_id)
    if user is not None:
        save_email(user, row.old.reveal())
    ResetLink.objects.filter(Q(user_id=row.user_id), ended_at=None).update(ended_at=facts.now)
    asked = policies.user_wide(checkpoint_named(CHECKPOINT), user=facts.user, now=facts.now)
    why = f"{HoldCause.EMAIL_CHANGED}: restored by the old mailbox"
    held = hold_sensitive(facts, asked.policy.hold, why)
    until = held.isoformat() if held else ""
    sessions, grants = end_everything(facts, WHY)
    said = AccountEmailRestored(sessions=sessions, grants=grants, held_until=until)
    record(said, Circumstances.of(facts, actor="", subject=facts.user, checkpoint=CHECKPOINT))
    notify(
        facts=facts,
        kind=NoticeKind.ACCOUNT_EMAIL_RESTORED,
        user_id=facts.user,
        context={Detail.HELD_UNTIL: until} if until else {},
    )
    transaction.on_commit(
        partial(account_email_changed.send_robust, sender=EmailChange, user_id=row.user_id)
    )


def _find(token: str, now: datetime) -> EmailChange | None:
    try:
        pk = UUID(vault.decrypt_token(vault.EMAIL_UNDO, token, max_age=UNDO_LIFE))
    except (vault.UndecryptableError, ValueError):
        return None
    return EmailChange.objects.live(now).filter(pk=pk).first()
