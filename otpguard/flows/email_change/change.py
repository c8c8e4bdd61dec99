"""Change the e-mail address of an account: a way in for people who forget the password."""

from __future__ import annotations

from functools import partial

from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.account import email_of, find_user, save_email
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.assurance import Channel
from otpguard.core.events.email_change import AccountEmailChanged
from otpguard.core.facts import RequestFacts
from otpguard.core.password_reset import CHECKPOINT
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed, StoreUnavailable
from otpguard.flows.lock_order import lock_person
from otpguard.flows.notice.notify import notify, queue_notice
from otpguard.flows.password_reset.aftermath import hold_sensitive
from otpguard.flows.release.hold import HoldCause
from otpguard.models import EmailChange, ResetLink
from otpguard.models.factor import FACTORS
from otpguard.notices import links
from otpguard.notices.details import check_details
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.signals import account_email_changed
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants import policies


def has_own_factor(user_id: object) -> bool:
    """Whether a person has ever confirmed a factor of their own that still stands. Raises
    StoreUnavailable."""
    try:
        return FACTORS.filter(Q(user_id=user_id), tenant=None, confirmed=True).exists()
    except STORE_ERRORS as error:
        raise StoreUnavailable("the factors cannot be read") from error


def change_email(*, facts: RequestFacts, email: str, language: str = "") -> None:
    """Change the e-mail address of the account of the person who asks.

    The caller has asked for a proof if `has_own_factor`, and has checked that the new mailbox is
    theirs. The old one gets a link that undoes it for 72 hours, the others are told; links to reset
    the password end. Without a factor of their own, what is sensitive waits as after a reset by
    e-mail alone. Locks the person and the memberships that are held. Raises InvalidInput (`email`)
    for one that is none or the same, NotAllowed without a login, StoreUnavailable.
    """
    try:
        validate_email(email)
    except ValidationError:
        raise InvalidInput("email", str(_("This is not an e-mail address."))) from None
    try:
        with transaction.atomic():
            if facts.user:
                lock_person(facts.user)
            user = find_user(facts.user) if facts.user else None
            if user is None:
                raise NotAllowed(str(_("Log in first.")))
            if email_of(user) == email:
                raise InvalidInput("email", str(_("This is the e-mail address you have.")))
            _change(facts, user, email, language)
    except STORE_ERRORS as error:
        raise StoreUnavailable("the e-mail address cannot be changed") from error


def _change(facts: RequestFacts, user: AbstractBaseUser, email: str, language: str) -> None:
    old = email_of(user)
    save_email(user, email)
    ResetLink.objects.filter(Q(user_id=user.pk), ended_at=None).update(ended_at=facts.now)
    held = None
    if not has_own_factor(user.pk):
        asked = policies.user_wide(checkpoint_named(CHECKPOINT), user=facts.user, now=facts.now)
        why = f"{HoldCause.EMAIL_CHANGED}: without another confirmation"
        held = hold_sensitive(facts, asked.policy.hold, why)
    until = held.isoformat() if held else ""
    where = Circumstances.of(facts, subject=facts.user, checkpoint=CHECKPOINT)
    record(AccountEmailChanged(held_until=until), where)
    details: dict[str, str] = {Detail.HELD_UNTIL: until} if until else {}
    kind = NoticeKind.ACCOUNT_EMAIL_CHANGED
    notify(facts=facts, kind=kind, user_id=facts.user, context=details, language=language)
    if old:
        _tell_old(facts, old, details, language)
    transaction.on_commit(
        partial(account_email_changed.send_robust, sender=EmailChange, user_id=user.pk)
    )


def _tell_old(facts: RequestFacts, old: str, details: dict[str, str], language: str) -> None:
    row = EmailChange.objects.create(user_id=facts.user, old=old, changed_at=facts.now)
    token = vault.encrypt_token(vault.EMAIL_UNDO, str(row.pk))
    link = links.page(links.EMAIL_UNDO_PAGE, token, host=facts.host)
    mine: dict[str, str] = {**details, Detail.LINK: link} if link else details
    queue_notice(
        facts=facts,
        kind=NoticeKind.ACCOUNT_EMAIL_CHANGED,
        channel=Channel.EMAIL,
        destination=old,
        user_id=facts.user,
        details=check_details(NoticeKind.ACCOUNT_EMAIL_CHANGED, mine),
        language=language,
    )
