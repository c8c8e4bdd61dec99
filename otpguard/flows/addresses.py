"""Further addresses of a person for notices: add one, confirm it, take it away.

An address gets notices once whoever reads that mailbox has pressed the button behind a link sent
there, and never a code. Adding and removing tell all the others (NIST SP 800-63B-4, 4.6), and one
that was removed is told as well, for three days (A9). The caller has decided that the person may do
this: both are changes of how an account is watched, and want a proof.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from otpguard import vault
from otpguard.audit.recorder import Circumstances, record
from otpguard.core.assurance import Channel
from otpguard.core.events import AddressAdded, AddressConfirmed, AddressRemoved
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import mask_email
from otpguard.exceptions import NotAllowed
from otpguard.flows.notify import notify, order_notice
from otpguard.models import NoticeAddress
from otpguard.notices import links
from otpguard.notices.kinds import Detail, NoticeKind, checked
from otpguard.notices.recipients import account_address

MOST = 3
"""Live addresses of one person, confirmed or not."""

MOST_A_DAY = 6
"""Addresses one person may add in 24 hours, removed ones included: each sends a message to
somebody who has not asked for one."""

LINK_LIFE = timedelta(hours=24)
"""How long a link confirms. An address that was not confirmed by then makes room for another."""

_DAY = timedelta(hours=24)


def add_address(*, facts: RequestFacts, address: str, language: str = "") -> NoticeAddress:
    """Add a notice address of the person who asks, and send it the link that confirms it.

    Locks the person. Raises NotAllowed: nobody is logged in, it is no address, it is the account's
    own or there already, there are too many, or no link can be made.
    """
    wanted = _spelled(address)
    with transaction.atomic():
        _check_new(facts, wanted)
        row = NoticeAddress(
            user_id=facts.user,
            address=wanted,
            address_index=vault.blind_indexes(wanted.lower())[0],
            created_at=facts.now,
        )
        token = vault.seal(vault.ADDRESS, str(row.pk))
        link = links.page(links.CONFIRM_PAGE, token, host=facts.host)
        if not link:
            raise NotAllowed(str(_("A link cannot be sent from here.")))
        row.save(force_insert=True)
        record(AddressAdded(), Circumstances.of(facts, target=mask_email(wanted)))
        notify(facts=facts, kind=NoticeKind.ADDRESS_ADDED, user_id=facts.user, language=language)
        order_notice(
            facts=facts,
            kind=NoticeKind.ADDRESS_CONFIRM,
            channel=Channel.EMAIL,
            destination=wanted,
            user_id=facts.user,
            details=checked(NoticeKind.ADDRESS_CONFIRM, {Detail.LINK: link}),
            language=language,
        )
    return row


def pending(*, token: str, now: datetime) -> NoticeAddress | None:
    """The address that a link would confirm; None when it confirms nothing. Reads only (A8)."""
    try:
        pk = UUID(vault.unseal(vault.ADDRESS, token, max_age=LINK_LIFE))
    except (vault.UndecryptableError, ValueError):
        return None
    return NoticeAddress.objects.filter(
        pk=pk, confirmed_at=None, removed_at=None, created_at__gt=now - LINK_LIFE
    ).first()


def confirm_address(*, facts: RequestFacts, token: str) -> bool:
    """Confirm an address by the token of its link; whoever has it reads that mailbox.

    False, with nothing written, for a token that is too old, was used, is none of ours or whose
    address was removed. Needs no login: the mailbox may be another person's.
    """
    row = pending(token=token, now=facts.now)
    if row is None:
        return False
    with transaction.atomic():
        confirmed = NoticeAddress.objects.filter(
            pk=row.pk, confirmed_at=None, removed_at=None
        ).update(confirmed_at=facts.now)
        if not confirmed:
            return False
        own = facts.user == str(row.user_id)
        record(
            AddressConfirmed(),
            Circumstances.of(
                facts,
                subject=str(row.user_id),
                # The tenant that somebody else has open has nothing to do with it.
                tenant=facts.tenant if own else "",
                target=mask_email(row.address.reveal()),
            ),
        )
    return True


def remove_address(*, facts: RequestFacts, address_id: UUID, language: str = "") -> bool:
    """Take away an address of the person who asks. False when there is none to take away.

    All addresses are told, a confirmed one that is removed included (A9).
    """
    if not facts.user:
        return False
    with transaction.atomic():
        own = NoticeAddress.objects.filter(pk=address_id, user_id=facts.user)
        if not own.filter(removed_at=None).update(removed_at=facts.now):
            return False
        record(
            AddressRemoved(), Circumstances.of(facts, target=mask_email(own.get().address.reveal()))
        )
        notify(facts=facts, kind=NoticeKind.ADDRESS_REMOVED, user_id=facts.user, language=language)
    return True


def _spelled(address: str) -> str:
    """The address with its domain in lower case. Raises NotAllowed for what is none."""
    name, at, domain = address.strip().rpartition("@")
    spelled = f"{name}{at}{domain.lower()}"
    try:
        validate_email(spelled)
    except ValidationError:
        raise NotAllowed(str(_("This is not an e-mail address."))) from None
    return spelled


def _check_new(facts: RequestFacts, wanted: str) -> None:
    """Lock the person and refuse what may not be added; lapsed addresses give way on the way."""
    people = get_user_model()._default_manager  # noqa: SLF001 (Django's documented name)
    # Not the key: a row elsewhere that points to this person need not wait.
    locked = people.select_for_update(of=("self",), no_key=True)
    user = locked.filter(pk=facts.user).first() if facts.user else None
    if user is None:
        raise NotAllowed(str(_("Log in first.")))
    if account_address(user).lower() == wanted.lower():
        raise NotAllowed(str(_("Notices go to the address of your account anyway.")))
    own = NoticeAddress.objects.filter(user_id=facts.user)
    live = own.filter(removed_at=None)
    live.filter(confirmed_at=None, created_at__lte=facts.now - LINK_LIFE).update(
        removed_at=facts.now
    )
    if live.filter(address_index__in=vault.blind_indexes(wanted.lower())).exists():
        raise NotAllowed(str(_("This address is on your list already.")))
    if live.count() >= MOST:
        raise NotAllowed(str(_("You have as many addresses as there can be. Remove one first.")))
    if own.filter(created_at__gt=facts.now - _DAY).count() >= MOST_A_DAY:
        raise NotAllowed(str(_("You have added many addresses today. Try again tomorrow.")))
