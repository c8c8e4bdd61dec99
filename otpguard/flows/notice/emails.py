"""Additional e-mail addresses of a person for notices: add, confirm, remove.

An e-mail address gets notices once it is confirmed by the link that was sent there; it never gets a
code. Adding and removing one notifies all the others (NIST SP 800-63B-4, 4.6); a removed one gets
notices for three more days (A9). The caller must have asked for a proof: both change how an account
is watched.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.account import email_of
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.assurance import Channel
from otpguard.core.events.notice import EmailAdded, EmailConfirmed, EmailRemoved
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import mask_email
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.notice.notify import notify, queue_notice
from otpguard.models import NoticeEmail
from otpguard.notices import links
from otpguard.notices.details import check_details
from otpguard.notices.kinds import Detail, NoticeKind

MOST = 3
"""Live e-mail addresses of one person, confirmed or not."""

MOST_A_DAY = 6
"""E-mail addresses one person may add in 24 hours, including removed ones: each sends a message to
a mailbox that did not ask for it."""

LINK_LIFE = timedelta(hours=24)
"""How long the link is valid. An address that was not confirmed by then no longer counts."""

_DAY = timedelta(hours=24)


def add_email(*, facts: RequestFacts, email: str, language: str = "") -> NoticeEmail:
    """Add a notice e-mail address for the person who asks, and send it the confirmation link.

    Locks the person. Raises InvalidInput (`email`) if it is not an e-mail address, is the account's
    own or is on the list already; NotAllowed without a login, if there are too many, or if no link
    can be made.
    """
    wanted = _spelled(email)
    with transaction.atomic():
        _check_new(facts, wanted)
        row = NoticeEmail(
            user_id=facts.user,
            email=wanted,
            email_index=vault.blind_indexes(wanted.lower())[0],
            created_at=facts.now,
        )
        token = vault.encrypt_token(vault.EMAIL, str(row.pk))
        link = links.page(links.CONFIRM_PAGE, token, host=facts.host)
        if not link:
            raise NotAllowed(str(_("A link cannot be sent from here.")))
        row.save(force_insert=True)
        record(EmailAdded(), Circumstances.of(facts, target=mask_email(wanted)))
        notify(facts=facts, kind=NoticeKind.EMAIL_ADDED, user_id=facts.user, language=language)
        queue_notice(
            facts=facts,
            kind=NoticeKind.EMAIL_CONFIRM,
            channel=Channel.EMAIL,
            destination=wanted,
            user_id=facts.user,
            details=check_details(NoticeKind.EMAIL_CONFIRM, {Detail.LINK: link}),
            language=language,
        )
    return row


def pending(*, token: str, now: datetime) -> NoticeEmail | None:
    """The row that a link would confirm, or None. Reads only (A8)."""
    try:
        pk = UUID(vault.decrypt_token(vault.EMAIL, token, max_age=LINK_LIFE))
    except (vault.UndecryptableError, ValueError):
        return None
    return NoticeEmail.objects.filter(
        pk=pk, confirmed_at=None, removed_at=None, created_at__gt=now - LINK_LIFE
    ).first()


def confirm_email(*, facts: RequestFacts, token: str) -> bool:
    """Confirm an e-mail address by the token of its link, which only readers of that mailbox have.

    False, with nothing written, if the token is too old, used or not ours, or if the e-mail address
    was removed. Needs no login: another person may read that mailbox.
    """
    row = pending(token=token, now=facts.now)
    if row is None:
        return False
    with transaction.atomic():
        confirmed = NoticeEmail.objects.filter(
            pk=row.pk, confirmed_at=None, removed_at=None
        ).update(confirmed_at=facts.now)
        if not confirmed:
            return False
        own = facts.user == str(row.user_id)
        record(
            EmailConfirmed(),
            Circumstances.of(
                facts,
                subject=str(row.user_id),
                # The reader of the mailbox may have another tenant open; it does not matter here.
                tenant=facts.tenant if own else "",
                target=mask_email(row.email.reveal()),
            ),
        )
    return True


def remove_email(*, facts: RequestFacts, email_id: UUID, language: str = "") -> bool:
    """Remove a notice e-mail address of the person who asks. False if there is none.

    Notifies all e-mail addresses, including a confirmed one that is removed (A9).
    """
    if not facts.user:
        return False
    with transaction.atomic():
        own = NoticeEmail.objects.filter(pk=email_id, user_id=facts.user)
        if not own.filter(removed_at=None).update(removed_at=facts.now):
            return False
        record(EmailRemoved(), Circumstances.of(facts, target=mask_email(own.get().email.reveal())))
        notify(facts=facts, kind=NoticeKind.EMAIL_REMOVED, user_id=facts.user, language=language)
    return True


def _spelled(email: str) -> str:
    """The e-mail address with its domain in lower case. Raises InvalidInput if it is malformed."""
    name, at, domain = email.strip().rpartition("@")
    spelled = f"{name}{at}{domain.lower()}"
    try:
        validate_email(spelled)
    except ValidationError:
        raise InvalidInput("email", str(_("This is not an e-mail address."))) from None
    return spelled


def _check_new(facts: RequestFacts, wanted: str) -> None:
    """Lock the person and check that the address may be added; expired rows are deleted."""
    people = get_user_model()._default_manager  # noqa: SLF001 (Django's documented name)
    # no_key: inserts that reference this person must not wait.
    locked = people.select_for_update(of=("self",), no_key=True)
    user = locked.filter(pk=facts.user).first() if facts.user else None
    if user is None:
        raise NotAllowed(str(_("Log in first.")))
    if email_of(user).lower() == wanted.lower():
        raise InvalidInput(
            "email", str(_("Notices go to the e-mail address of your account anyway."))
        )
    own = NoticeEmail.objects.filter(user_id=facts.user)
    live = own.filter(removed_at=None)
    live.filter(confirmed_at=None, created_at__lte=facts.now - LINK_LIFE).update(
        removed_at=facts.now
    )
    if live.filter(email_index__in=vault.blind_indexes(wanted.lower())).exists():
        raise InvalidInput("email", str(_("This e-mail address is on your list already.")))
    if live.count() >= MOST:
        raise NotAllowed(str(_("You cannot have more e-mail addresses. Remove one first.")))
    if own.filter(created_at__gt=facts.now - _DAY).count() >= MOST_A_DAY:
        raise NotAllowed(str(_("You have added many e-mail addresses today. Try again tomorrow.")))
