"""Work off one request to reset a password: look the e-mail address up, and send the link."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from otpguard.account import email_field, email_of
from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.assurance import Channel
from otpguard.core.events.password_reset import ResetLinkSent, ResetLinkWithheld
from otpguard.core.facts import RequestFacts
from otpguard.core.password_reset import CHECKPOINT, LINK_LIFE, WithheldReason
from otpguard.database import transaction
from otpguard.flows.lock_order import lock_person
from otpguard.flows.notice.notify import queue_notice
from otpguard.flows.password_reset.link import denial_of, make_link
from otpguard.flows.password_reset.request_link import TOKEN, UID
from otpguard.models import ResetRequest
from otpguard.notices.details import check_details
from otpguard.notices.kinds import Detail, NoticeKind
from otpguard.vault import UndecryptableError


def send_reset_link(*, request_id: str, now: datetime) -> int:
    """Send the link to each account with the e-mail address of a request; returns how many.

    As with Django's own form, that is accounts that are active and have a password: who logs in by
    single sign-on resets nothing here. One commit deletes the job, ends older links, writes the new
    ones with their notices and the event. Locks the job, then each person. 0 for a job that is
    gone: a repeat does nothing.
    """
    with transaction.atomic():
        row = ResetRequest.objects.select_for_update(of=("self",)).filter(pk=request_id).first()
        if row is None:
            return 0
        row.delete()
        try:
            job: dict[str, str] = json.loads(row.job.reveal())
        except UndecryptableError:
            return _withheld(RequestFacts(now=now), WithheldReason.UNREADABLE)
        facts = RequestFacts(
            now=now, client_ip=job["client_ip"], agent=job["agent"], host=job["host"]
        )
        if row.created_at <= now - LINK_LIFE:
            return _withheld(facts, WithheldReason.TOO_LATE)
        people = list(_accounts_of(job["email"]))
        for user in people:
            _send(facts, user, job)
        return len(people) or _withheld(facts, WithheldReason.NO_ACCOUNT)


def _send(facts: RequestFacts, user: AbstractBaseUser, job: dict[str, str]) -> None:
    lock_person(user.pk)
    user.refresh_from_db()
    row, token = make_link(user, now=facts.now)
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    link = job["link"].replace(UID, uid).replace(TOKEN, token)
    details: dict[str, str] = {Detail.LINK: link}
    if job["not_me"]:
        details[Detail.NOT_ME] = job["not_me"].replace(TOKEN, denial_of(row))
    queue_notice(
        facts=facts,
        kind=NoticeKind.PASSWORD_RESET,
        channel=Channel.EMAIL,
        # The account's own spelling: a look-alike of it never gets the link.
        destination=email_of(user),
        user_id=str(user.pk),
        details=check_details(NoticeKind.PASSWORD_RESET, details),
        language=job["language"],
    )
    record(ResetLinkSent(link=str(row.pk)), _where(facts, subject=str(user.pk)))


def _withheld(facts: RequestFacts, reason: WithheldReason) -> int:
    record(ResetLinkWithheld(reason=reason.value), _where(facts, subject=""))
    return 0


def _where(facts: RequestFacts, *, subject: str) -> Circumstances:
    return Circumstances.of(facts, subject=subject, checkpoint=CHECKPOINT)


def _accounts_of(email: str) -> Iterator[AbstractBaseUser]:
    """The active accounts of an e-mail address that have a password."""
    model: Any = get_user_model()
    column = email_field(model)
    if not column or not email:
        return
    found = model._default_manager.filter(**{f"{column}__iexact": email})  # noqa: SLF001 (documented)
    for user in found.order_by("pk"):
        same_email = _folded(email_of(user)) == _folded(email)
        if same_email and user.is_active and user.has_usable_password():
            yield user


def _folded(email: str) -> str:
    return unicodedata.normalize("NFKC", email).casefold()
