"""Set streams up, pause, continue, test and remove them; send refused events again.

Doors ask for a proof before each of these. What stops a stream is told to people as well, because
a thief who stops it would rather not be seen by those who watch there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.base import Event as EventValue
from otpguard.core.events.siem.stream import (
    StreamCreated,
    StreamPaused,
    StreamRemoved,
    StreamReplayed,
    StreamResumed,
    StreamSecretReplaced,
    StreamTested,
)
from otpguard.core.facts import RequestFacts
from otpguard.core.plain_text import plain_text
from otpguard.core.route import admits, demanded_regions
from otpguard.core.secrets import HiddenText
from otpguard.core.siem.sinks import Sink
from otpguard.core.siem.webhook import new_secret
from otpguard.database import transaction
from otpguard.exceptions import InvalidInput
from otpguard.flows.lock_order import lock_tenant
from otpguard.flows.notice.notify import notify
from otpguard.flows.notice.tell import tell_tenant
from otpguard.flows.scope import check_site, check_tenant
from otpguard.flows.siem.event_window import newest_place
from otpguard.flows.siem.stream_fields import fields_of
from otpguard.models import DeadLetter, LogStream, Tenant
from otpguard.models.seal import SITE_EVENTS
from otpguard.notices.kinds import NoticeKind
from otpguard.siem.sink_url import SinkUrlError, checked_sink_url
from otpguard.tenants.administrators import operators

MOST_STREAMS = 5
"""Of one tenant, and of the site: each reads the log once more."""
LONGEST_NAME, LONGEST_URL, LONGEST_SECRET = 120, 500, 500
LONGEST_REGION = 8
SECRET_BYTES = 32
OLD_SECRET_KEPT = timedelta(hours=24)
"""How long a webhook is signed by the replaced secret too: time to hand the new one out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStream:
    """A stream that was set up. `secret` is that of a webhook, to be shown this once."""

    stream: LogStream
    secret: str = ""


def create_stream(
    *,
    facts: RequestFacts,
    tenant: Tenant | None,
    name: str,
    sink: Sink,
    url: str,
    secret: str = "",
    region: str = "",
    from_beginning: bool = False,
) -> NewStream:
    """Set a stream up; `tenant` is None for one of the whole site.

    It begins with the next event, or with the first of the log. `secret` is the receiver's token;
    for a webhook one is made. The receiver is not spoken to: its host is looked up and checked at
    each connection. Locks the tenant and commits.

    Raises NotAllowed in another tenant, InvalidInput (`name`, `url`, `secret`, `region`) for a
    value that no stream may have, a region where the tenant's data may not lie, or one stream too
    many (`name`); InvalidInput (`sink`) for verifications of the site, for they are a tenant's.
    """
    _check_scope(facts, tenant.pk if tenant else None)
    name, region = plain_text(name).strip(), region.strip().upper()
    _check_values(name, sink, url, secret, region)
    if sink is Sink.VERIFICATIONS and tenant is None:
        raise InvalidInput("sink", str(_("Choose an organization: verifications belong to one.")))
    if sink.is_signed:
        secret = _fresh_secret()
    xact, event = (0, SITE_EVENTS) if from_beginning else newest_place()
    with transaction.atomic():
        if tenant is not None:
            _check_residency(lock_tenant(tenant.pk), region)
        if LogStream.objects.filter(tenant=tenant).count() >= MOST_STREAMS:
            raise InvalidInput("name", str(_("There are %d streams already.") % MOST_STREAMS))
        row = LogStream(tenant=tenant, name=name, sink=sink.value, url=url, region=region)
        row.secret = "" if sink.is_syslog else secret
        row.xact, row.event = xact, event
        row.next_at = row.look_at = row.created_at = facts.now
        row.save()
        said = StreamCreated(**fields_of(row), region=region, from_beginning=from_beginning)
        _record(facts, row, said)
    return NewStream(stream=row, secret=secret if sink.is_signed else "")


def replace_secret(*, facts: RequestFacts, stream: LogStream) -> str:
    """Give a webhook a new secret, which is returned to be shown this once.

    For OLD_SECRET_KEPT both sign; the one before them ends at once. Locks the stream and commits.
    Raises NotAllowed in another tenant, InvalidInput (`sink`) for a receiver that has a token of
    its own, or for a stream that is gone.
    """
    _check_scope(facts, stream.tenant_id)
    secret = _fresh_secret()
    with transaction.atomic():
        row = LogStream.objects.select_for_update().filter(pk=stream.pk).first()
        if row is None or not Sink(row.sink).is_signed:
            raise InvalidInput("sink", str(_("Only webhooks have a secret of ours.")))
        row.old_secret, row.secret = row.secret, secret
        row.old_secret_until = facts.now + OLD_SECRET_KEPT
        row.save(update_fields=["secret", "old_secret", "old_secret_until"])
        said = StreamSecretReplaced(**fields_of(row), until=row.old_secret_until.isoformat())
        _record(facts, row, said)
    return secret


def forget_old_secrets(*, now: datetime) -> int:
    """Delete replaced secrets by which nothing is signed any more; returns how many. Commits."""
    over = LogStream.objects.filter(old_secret_until__lte=now)
    return over.update(old_secret="", old_secret_until=None)


def pause_stream(*, facts: RequestFacts, stream: LogStream, reason: str = "") -> bool:
    """Send nothing until it is resumed; events wait in the log. False if it was paused.

    The tenant's administrators are told, or the site's operators. Commits. Raises NotAllowed in
    another tenant.
    """
    _check_scope(facts, stream.tenant_id)
    with transaction.atomic():
        active = LogStream.objects.filter(pk=stream.pk, state=LogStream.State.ACTIVE)
        if not active.update(state=LogStream.State.PAUSED):
            return False
        _record(facts, stream, StreamPaused(**fields_of(stream), reason=reason))
        _tell_stopped(facts, stream)
    return True


def resume_stream(*, facts: RequestFacts, stream: LogStream) -> bool:
    """Go on where it was paused, at once; False if it was not. Commits.

    What the receiver had refused in a row is forgotten, so that it may refuse as many again. Raises
    NotAllowed in another tenant.
    """
    _check_scope(facts, stream.tenant_id)
    with transaction.atomic():
        paused = LogStream.objects.filter(pk=stream.pk, state=LogStream.State.PAUSED)
        if not paused.update(
            state=LogStream.State.ACTIVE,
            next_at=facts.now,
            look_at=facts.now,
            refusals=0,
            failures=0,
            failing_since=None,
            told_at=None,
        ):
            return False
        _record(facts, stream, StreamResumed(**fields_of(stream)))
    return True


def remove_stream(*, facts: RequestFacts, stream: LogStream, reason: str = "") -> bool:
    """Delete a stream and what it has kept of refused events; the log keeps the events themselves.

    False if it was gone. The tenant's administrators are told, or the site's operators. Commits.
    Raises NotAllowed in another tenant.
    """
    _check_scope(facts, stream.tenant_id)
    with transaction.atomic():
        row = LogStream.objects.select_for_update().filter(pk=stream.pk).first()
        if row is None:
            return False
        refused = DeadLetter.objects.filter(stream=row).count()
        said = StreamRemoved(**fields_of(row), reason=reason, refused=refused)
        row.delete()
        _record(facts, row, said)
        _tell_stopped(facts, row)
    return True


def send_test_event(*, facts: RequestFacts, stream: LogStream) -> UUID:
    """Write a test event, and try at once: it arrives after all that waits before it.

    Returns its id. Commits. Raises NotAllowed in another tenant.
    """
    _check_scope(facts, stream.tenant_id)
    with transaction.atomic():
        LogStream.objects.filter(pk=stream.pk).update(next_at=facts.now, look_at=facts.now)
        return _record(facts, stream, StreamTested(**fields_of(stream)))


def replay_refused(
    *, facts: RequestFacts, stream: LogStream, letters: Iterable[UUID] | None = None
) -> int:
    """Offer refused events to the receiver once more: these, or all; returns how many.

    They come out of order, each by itself. Commits. Raises NotAllowed in another tenant.
    """
    _check_scope(facts, stream.tenant_id)
    rows = DeadLetter.objects.filter(stream=stream, replay_at=None)
    if letters is not None:
        rows = rows.filter(pk__in=list(letters))
    with transaction.atomic():
        count = rows.update(replay_at=facts.now)
        if count:
            LogStream.objects.filter(pk=stream.pk).update(next_at=facts.now, look_at=facts.now)
            _record(facts, stream, StreamReplayed(**fields_of(stream), count=count))
    return count


def _check_scope(facts: RequestFacts, tenant: UUID | None) -> None:
    if tenant is None:
        check_site(facts)
    else:
        check_tenant(facts, tenant)


def _check_values(name: str, sink: Sink, url: str, secret: str, region: str) -> None:
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput("name", str(_("Enter a name of %d characters at most.") % LONGEST_NAME))
    try:
        checked_sink_url(sink, url)
    except SinkUrlError as wrong:
        text = _("This URL cannot be used: %(reason)s.") % {"reason": wrong}
        raise InvalidInput("url", str(text)) from None
    if len(url) > LONGEST_URL:
        raise InvalidInput("url", str(_("This URL is too long.")))
    if not (sink.is_signed or sink.is_syslog) and not _is_token(secret):
        raise InvalidInput("secret", str(_("Enter the token that the receiver has given you.")))
    if len(region) > LONGEST_REGION or not (region.isalnum() or not region):
        raise InvalidInput("region", str(_("Enter a region such as EU.")))


def _fresh_secret() -> str:
    return HiddenText(new_secret(os.urandom(SECRET_BYTES)))


def _is_token(secret: str) -> bool:
    return 0 < len(secret) <= LONGEST_SECRET and all("!" <= char <= "~" for char in secret)


def _check_residency(tenant: Tenant, region: str) -> None:
    demanded = demanded_regions(frozenset(map(str, tenant.tags)), tenant.region)
    if not admits(demanded, region):
        text = _("The data of this organization must stay in: %(regions)s.")
        raise InvalidInput("region", str(text % {"regions": ", ".join(sorted(demanded))}))


def _record(facts: RequestFacts, row: LogStream, said: EventValue) -> UUID:
    tenant = str(row.tenant_id or "")
    return record(said, Circumstances.of(facts, tenant=tenant, target=row.name))


def _tell_stopped(facts: RequestFacts, row: LogStream) -> None:
    if row.tenant_id is not None:
        tell_tenant(
            facts=facts,
            kind=NoticeKind.STREAM_STOPPED,
            tenant_id=str(row.tenant_id),
            context={},
        )
        return
    for user in operators():
        notify(facts=facts, kind=NoticeKind.STREAM_STOPPED, user_id=user)
