"""Tell a person what happened: queue the notices of one event, and send each of them.

Queueing joins the caller's transaction, so a notice is sent if and only if the change it reports
was committed. Sending works as for codes: a conditional update claims the row, the provider is
called with no transaction open, and after a lease another worker takes over from one that died.
Unlike a code, a notice is still useful an hour later, so it is tried again (NIST SP 800-63B-4,
4.6).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from django.db.models import F, Q, QuerySet

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.channels import catalog, opt_outs
from otpguard.channels.base import OutboundMessage
from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.events.notice import NoticeFailed, NoticeSent
from otpguard.core.facts import RequestFacts
from otpguard.core.outcome import Accepted, Outcome, Refused, Unavailable
from otpguard.core.phone import country_of
from otpguard.core.route import TEST_ROUTE, Route
from otpguard.database import transaction
from otpguard.flows.due import LEASE
from otpguard.flows.notice.route import route_of
from otpguard.models import Notice
from otpguard.notices import links
from otpguard.notices.details import check_details
from otpguard.notices.kinds import NoticeKind
from otpguard.notices.recipients import emails_of
from otpguard.notices.wording import Telling, compose_notice
from otpguard.queue import NOTIFY, enqueue
from otpguard.vault import UndecryptableError

WAITS = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
)
"""The wait after each try that failed but the last."""

TRIES = len(WAITS) + 1

CALLED_AGAIN_AFTER = timedelta(seconds=5)
"""How soon the sweep may enqueue the same notice again."""

_ALMOST = CALLED_AGAIN_AFTER + timedelta(seconds=3)
"""How early a queued notice may be claimed: the sweep's lease is that short, and clocks differ. It
is less than any wait, so tasks that pile up in the broker do not use up the tries."""

_NOTHING: Mapping[str, str] = MappingProxyType({})


def notify(
    *,
    facts: RequestFacts,
    kind: NoticeKind,
    user_id: str,
    tenant_id: str = "",
    also_to_number: str = "",
    context: Mapping[str, str] = _NOTHING,
    language: str = "",
) -> int:
    """Queue a notice to every e-mail address of a person; returns how many were queued.

    `also_to_number` (E.164) gets it by text message too, for example the number that was replaced.
    `context` holds the details of `notices.kinds.Detail` that this kind takes. Joins the caller's
    transaction; the worker is woken after the commit. Having no recipient is an event, not an
    error. Raises ValueError for details that this kind does not take.
    """
    to = [(Channel.EMAIL, email) for email in emails_of(user_id, now=facts.now)]
    if also_to_number:
        to.append((Channel.SMS, also_to_number))
    details = check_details(kind, context)
    for channel, destination in to:
        queue_notice(
            facts=facts,
            kind=kind,
            channel=channel,
            destination=destination,
            user_id=user_id,
            tenant_id=tenant_id,
            details=details,
            language=language,
        )
    if not to:
        record(
            NoticeFailed(notice=kind, channel=Channel.EMAIL, reason="no e-mail address"),
            Circumstances(now=facts.now, tenant=tenant_id, subject=user_id),
        )
    return len(to)


def queue_notice(
    *,
    facts: RequestFacts,
    kind: NoticeKind,
    channel: Channel,
    destination: str,
    user_id: str,
    tenant_id: str = "",
    details: Mapping[str, str] = _NOTHING,
    language: str = "",
) -> Notice:
    """Queue one notice to one destination. `user_id` is empty for somebody without an account.
    `details` must have been checked. See `notify`."""
    kept = {
        "details": dict(details),
        # Made here and not in the worker: only the request knows its host and the site's root path.
        "security": links.page(links.SECURITY_PAGE, host=facts.host),
    }
    notice = Notice.objects.create(
        kind=kind.value,
        user_id=user_id or None,
        tenant_id=tenant_id or None,
        channel=channel.value,
        destination=destination,
        context=json.dumps(kept),
        language=language,
        created_at=facts.now,
    )
    enqueue(NOTIFY, notice_id=str(notice.pk))
    return notice


def send_notice(*, notice_id: str, now: datetime) -> Outcome | None:
    """Try to send one notice. None if it is claimed elsewhere, done, gone or not due.

    Sends at most once for each claim. A refusal is final; a temporary failure is tried again after
    WAITS. If a worker dies after the provider accepted the notice and before that was recorded, one
    duplicate follows when the lease ends.
    """
    notice = _claim(notice_id, now)
    if notice is None:
        return None
    outcome: Outcome
    if _is_to_test_number(notice):
        with transaction.atomic():
            _end_notice(notice, Notice.State.SENT, TEST_ROUTE, now)
        return Accepted(delivered=True)
    if notice.tries > TRIES:
        outcome = Refused(reason="no worker finished it")
    else:
        outcome = _send(notice, now)
    _record(notice, outcome, now)
    return outcome


def _claim(notice_id: str, now: datetime) -> Notice | None:
    due = Q(lease_until=None) | Q(lease_until__lte=now + _ALMOST)
    free = (Q(state=Notice.State.QUEUED) & due) | Q(state=Notice.State.SENDING, lease_until__lt=now)
    claimed = Notice.objects.filter(free, pk=notice_id).update(
        state=Notice.State.SENDING, lease_until=now + LEASE, tries=F("tries") + 1
    )
    return Notice.objects.select_related("tenant").get(pk=notice_id) if claimed else None


def _is_to_test_number(notice: Notice) -> bool:
    numbers = settings().test_numbers
    if not numbers or notice.channel == Channel.EMAIL:
        return False
    try:
        return notice.destination.reveal() in numbers
    except UndecryptableError:
        return False  # _send says so


def _send(notice: Notice, now: datetime) -> Outcome:
    channel = Channel(notice.channel)
    try:
        subject, text = compose_notice(channel, _telling(notice))
        to = notice.destination.reveal()
    except (UndecryptableError, ValueError) as error:
        return Refused(reason=f"cannot be put in words: {type(error).__name__}")
    tenant = str(notice.tenant_id or "")
    if channel is not Channel.EMAIL and channel in opt_outs.stopped_channels(
        to, tenant=tenant, now=now
    ):
        return Refused(reason="the person has stopped messages to this number")
    route = route_of(notice, country="" if channel is Channel.EMAIL else country_of(to), now=now)
    if not isinstance(route, Route):
        return route
    message = OutboundMessage(
        key=str(notice.pk), channel=channel, to=to, text=text, subject=subject
    )
    return catalog.providers().get(route.provider).send(message)


def _telling(notice: Notice) -> Telling:
    kept = json.loads(notice.context.reveal())
    brand = notice.tenant.brand if notice.tenant else ""
    return Telling(
        kind=NoticeKind(notice.kind),
        brand=brand or settings().brand,
        at=notice.created_at,
        details=kept["details"],
        security=kept["security"],
        support=settings().support_url,
        language=notice.language,
    )


def _record(notice: Notice, outcome: Outcome, now: datetime) -> None:
    """Record the outcome of a try, with its event if it is final."""
    with transaction.atomic():
        match outcome:
            case Accepted():
                # Also for a worker whose lease ended: it did send, so no other worker may.
                _end_notice(notice, Notice.State.SENT, "accepted", now)
            case Unavailable() if notice.tries < TRIES:
                _mine(notice).update(
                    state=Notice.State.QUEUED,
                    lease_until=now + WAITS[notice.tries - 1],
                    outcome=outcome.reason[:120],
                )
            case Refused() | Unavailable():
                _end_notice(notice, Notice.State.FAILED, outcome.reason, now)


def _end_notice(notice: Notice, state: Notice.State, outcome: str, now: datetime) -> None:
    sent = state is Notice.State.SENT
    rows = (
        Notice.objects.filter(pk=notice.pk, state__in=[Notice.State.QUEUED, Notice.State.SENDING])
        if sent
        else _mine(notice)
    )
    # The details are no longer needed, so they are not kept.
    ended = rows.update(
        state=state,
        outcome=outcome[:120],
        sent_at=now if sent else None,
        lease_until=None,
        context="",
    )
    if not ended:
        return
    record(
        NoticeSent(notice=notice.kind, channel=notice.channel, test_number=outcome == TEST_ROUTE)
        if sent
        else NoticeFailed(notice=notice.kind, channel=notice.channel, reason=outcome[:120]),
        Circumstances(
            now=now, tenant=str(notice.tenant_id or ""), subject=str(notice.user_id or "")
        ),
    )


def _mine(notice: Notice) -> QuerySet[Notice]:
    """The row, unless another worker has claimed it since: each claim increases the tries."""
    return Notice.objects.filter(pk=notice.pk, state=Notice.State.SENDING, tries=notice.tries)
