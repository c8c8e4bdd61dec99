"""Set the new password, and end what was open under the old one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Protocol

from django.contrib.auth.base_user import AbstractBaseUser

from otpguard.account import find_user
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.password_reset import PasswordResetRefused, PasswordWasReset
from otpguard.core.facts import RequestFacts
from otpguard.core.password_reset import ResetNeed, opens_link
from otpguard.database import transaction
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.coalesce import Coalescer
from otpguard.flows.lock_order import lock_person
from otpguard.flows.notice.notify import notify
from otpguard.flows.password_reset.aftermath import end_everything, hold_sensitive
from otpguard.flows.password_reset.link import find_link
from otpguard.flows.password_reset.need import ResetState, state_of_reset
from otpguard.flows.release.hold import HoldCause
from otpguard.models import ResetLink
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.signals import password_was_reset
from otpguard.store_errors import STORE_ERRORS

WHY = "password reset"
_HELD = f"{HoldCause.EMAIL_ONLY}: by e-mail alone"
lately = Coalescer()


class NewPassword(Protocol):
    """A form that sets the password of its user, as Django's SetPasswordForm does."""

    user: Any

    def save(self) -> object:
        """Set it."""


def finish_reset(
    *, facts: RequestFacts, token: str, set_password: Callable[[AbstractBaseUser], object]
) -> ResetNeed | None:
    """Set the new password of the person of `facts`, by the link that `token` names.

    `set_password` saves it, to the person as they are under the lock: an older copy would undo what
    has changed since, such as the end of the account. It runs in the transaction that uses the
    link, so that a link works once. All login sessions, challenges and proofs of the person end.
    Where the link alone was enough, what is sensitive waits in each of their tenants for as long as
    the policy says. Locks the person, their memberships, challenges and grants.

    Returns what was missing or `NOTHING`; then nothing was set unless `opens_link` says so. None
    for a link that does not count, or not any more. Raises StoreUnavailable.
    """
    try:
        with transaction.atomic():
            lock_person(facts.user)
            user = find_user(facts.user)
            link = find_link(user=user, token=token, now=facts.now) if user else None
            if user is None or link is None:
                return None
            state = state_of_reset(facts, user)
            if not opens_link(state.need):
                refuse(facts, state)
                return state.need
            _use(facts, link, state, lambda: set_password(user))
    except STORE_ERRORS as error:
        raise StoreUnavailable("the password cannot be reset") from error
    return state.need


def save_form(form: NewPassword, user: AbstractBaseUser) -> None:
    """Save a valid form of Django's to `user`, whom `finish_reset` has just read. Joins the
    caller's transaction."""
    form.user = user
    form.save()


def refuse(facts: RequestFacts, state: ResetState) -> None:
    """Write, once a minute, that a link alone was not enough. Joins the caller's transaction."""
    _, count = lately.count((facts.user, facts.sid, state.need), story="", now=facts.now)
    if count:
        where = Circumstances.of(facts, checkpoint=state.checkpoint)
        record(PasswordResetRefused(reason=state.need.value), where)


def _use(
    facts: RequestFacts, link: ResetLink, state: ResetState, set_password: Callable[[], object]
) -> None:
    email_only = state.need is ResetNeed.EMAIL_ONLY
    ResetLink.objects.filter(pk=link.pk).update(
        used_at=facts.now, ended_at=facts.now, email_only=email_only
    )
    set_password()
    held_until = hold_sensitive(facts, state.policy.hold, _HELD) if email_only else None
    sessions, grants = end_everything(facts, WHY)
    until = held_until.isoformat() if held_until else ""
    said = PasswordWasReset(
        link=str(link.pk), email_only=email_only, sessions=sessions, grants=grants, held_until=until
    )
    record(said, Circumstances.of(facts, checkpoint=state.checkpoint))
    notify(
        facts=facts,
        kind=NoticeKind.PASSWORD_WAS_RESET,
        user_id=facts.user,
        context={Detail.HELD_UNTIL: until} if until else {},
    )
    transaction.on_commit(
        partial(
            password_was_reset.send_robust,
            sender=ResetLink,
            user_id=link.user_id,
            email_only=email_only,
        )
    )
