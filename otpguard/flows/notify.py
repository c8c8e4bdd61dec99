"""Tell a person what happened: order the notices of one event, and send each of them.

Ordering joins the caller's transaction, so a notice is sent if and only if what it tells of was
committed. Sending is like that of codes: a conditional update claims the row, the provider is
called with no transaction open, and a lease lets another worker take over from one that died.
Unlike a code a notice is still worth something an hour later, so it is tried again (NIST SP
800-63B-4, 4.6).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from django.db import transaction
from django.db.models import F, Q, QuerySet

from otpguard.audit.recorder import Circumstances, record
from otpguard.channels import breaker, catalog
from otpguard.channels.base import OutboundMessage
from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.events import NoticeFailed, NoticeSent
from otpguard.core.facts import RequestFacts
from otpguard.core.outcome import Accepted, Outcome, Refused, Unavailable
from otpguard.core.phone import country_of
from otpguard.core.route import Route, Situation, closed_by
from otpguard.flows.routes import switches
from otpguard.models import Notice
from otpguard.notices import links
from otpguard.notices.kinds import NoticeKind, checked
from otpguard.notices.recipients import addresses_of
from otpguard.notices.wording import Telling, compose
from otpguard.queue import NOTIFY, enqueue
from otpguard.vault import UndecryptableError

LEASE = timedelta(seconds=30)
"""Longer than any provider's deadline: past it, whoever held the row is taken for dead."""

WAITS = (
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(hours=1),
)
"""The wait after each try that failed but the last."""

TRIES = len(WAITS) + 1

CALLED_AGAIN_AFTER = timedelta(seconds=5)
"""How soon the sweep calls again for a queued notice that it has called for."""

_ALMOST = CALLED_AGAIN_AFTER + timedelta(seconds=3)
"""A queued notice may be taken so much before its time: the sweep's lease is as short, and clocks
differ. It is less than any wait, so that calls piled up in the broker do not use up the tries."""

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
    """Order a notice to every address of a person; returns how many were ordered.

    `also_to_number` (E.164) is told by text message as well, such as the number that was replaced.
    `context` are the details of `notices.kinds.Detail` that this kind takes. Joins the caller's
    transaction; the worker hears of it after the commit. Nobody to tell is an event and no error.
    Raises ValueError for details that are not this kind's.
    """
    to = [(Channel.EMAIL, address) for address in addresses_of(user_id, now=facts.now)]
    if also_to_number:
        to.append((Channel.SMS, also_to_number))
    details = checked(kind, context)
    for channel, destination in to:
        order_notice(
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
            NoticeFailed(notice=kind, channel=Channel.EMAIL, reason="no address"),
            Circumstances(now=facts.now, tenant=tenant_id, subject=user_id),
        )
    return len(to)


def order_notice(
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
    """Order one notice to one destination. `details` are checked ones. See `notify`."""
    kept = {
        "details": dict(details),
        # Here, and not in the worker: only the request knows its host and where the site is rooted.
        "security": links.page(links.SECURITY_PAGE, host=facts.host),
    }
    notice = Notice.objects.create(
        kind=kind.value,
        user_id=user_id,
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
    """Try to send one notice. None when it is not ours to send: taken, done, gone or not due.

    At most one send for each claim. What a provider refuses has failed at once, what it could not
    take is tried again after WAITS. A worker that dies after the provider accepted and before it
    could record that costs one duplicate, once the lease has lapsed.
    """
    notice = _claim(notice_id, now)
    if notice is None:
        return None
    outcome: Outcome
    if notice.tries > TRIES:
        outcome = Refused(reason="no worker came to the end of it")
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


def _send(notice: Notice, now: datetime) -> Outcome:
    channel = Channel(notice.channel)
    names = _carriers(channel)
    if not names:
        return Refused(reason="no provider is configured for this channel")
    try:
        subject, text = compose(channel, _telling(notice))
        to = notice.destination.reveal()
    except (UndecryptableError, ValueError) as error:
        return Refused(reason=f"cannot be put in words: {type(error).__name__}")
    in_use = _in_use(channel, names, "" if channel is Channel.EMAIL else country_of(to), now)
    if in_use is None:
        return Unavailable(reason="every route is resting or switched off")
    return (
        catalog.providers()
        .get(in_use)
        .send(
            OutboundMessage(key=str(notice.pk), channel=channel, to=to, text=text, subject=subject)
        )
    )


def _carriers(channel: Channel) -> list[str]:
    """The providers that carry a text of ours and not only codes, in the site's order."""
    return [
        route.provider
        for route in catalog.routes()
        if route.channel is channel
        and not getattr(catalog.providers().get(route.provider), "codes_only", False)
    ]


def _in_use(channel: Channel, names: list[str], country: str, now: datetime) -> str | None:
    """The first of them that no operator has switched off and whose breaker is closed."""
    here = Situation(country=country, resting=breaker.resting(now), switches=switches(now))
    for name in names:
        if closed_by(Route(channel=channel, provider=name), here) is None:
            return name
    return None


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
    """Write down what became of a try, with its event when that is final."""
    with transaction.atomic():
        match outcome:
            case Accepted():
                # Also for a worker that was taken for dead: it did send, and nobody else should.
                _end(notice, Notice.State.SENT, "accepted", now)
            case Unavailable() if notice.tries < TRIES:
                _mine(notice).update(
                    state=Notice.State.QUEUED,
                    lease_until=now + WAITS[notice.tries - 1],
                    outcome=outcome.reason[:120],
                )
            case Refused() | Unavailable():
                _end(notice, Notice.State.FAILED, outcome.reason, now)


def _end(notice: Notice, state: Notice.State, outcome: str, now: datetime) -> None:
    sent = state is Notice.State.SENT
    rows = (
        Notice.objects.filter(pk=notice.pk, state__in=[Notice.State.QUEUED, Notice.State.SENDING])
        if sent
        else _mine(notice)
    )
    # What the text named is not needed any more, so it is not kept.
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
        NoticeSent(notice=notice.kind, channel=notice.channel)
        if sent
        else NoticeFailed(notice=notice.kind, channel=notice.channel, reason=outcome[:120]),
        Circumstances(
            now=now, tenant=str(notice.tenant_id or ""), subject=str(notice.user_id or "")
        ),
    )


def _mine(notice: Notice) -> QuerySet[Notice]:
    """The row, as long as nobody has claimed it after us: each claim counts one more try."""
    return Notice.objects.filter(pk=notice.pk, state=Notice.State.SENDING, tries=notice.tries)
