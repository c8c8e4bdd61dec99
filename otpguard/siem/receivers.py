"""Hand one batch of events to a receiver, and read what it says of it. Writes no rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.metadata import version
from time import monotonic
from typing import Final

from django.utils import timezone

from otpguard.conf import settings
from otpguard.core.secrets import HiddenText
from otpguard.core.siem import cef, datadog, elastic, splunk, syslog, webhook
from otpguard.core.siem.answer import SinkAnswer, by_status
from otpguard.core.siem.sent_event import SentEvent
from otpguard.core.siem.sinks import Sink
from otpguard.models import LogStream
from otpguard.siem.sink_url import checked_sink_url
from otpguard.transport.exchange import Deadlines, Request, Response, Unknown, Unsent
from otpguard.transport.outside import (
    LookUp,
    RefusedHostError,
    looked_up,
    outside_context,
    send_frames,
    send_outside,
)
from otpguard.transport.retry_after import asked_wait
from otpguard.vault import UndecryptableError

DEADLINES: Final = Deadlines(connect=3, read=10)
RELEASE = version("otpguard")
CALLS_AT_ONCE = 8
"""Calls of one webhook that are under way together: far receivers need half a second for each."""
CALLS_SECONDS = 10.0
"""After so long no more are begun: with the last ones it stays within the lease of a stream."""


@dataclass(frozen=True, slots=True)
class _Prepared:
    url: str
    headers: dict[str, str]
    body: bytes


def hand_over(
    stream: LogStream,
    events: Sequence[SentEvent],
    *,
    now: datetime,
    look_up: LookUp = looked_up,
) -> SinkAnswer:
    """Send the events, one at least, in one request or connection; returns what came of it.

    Takes as long as DEADLINES at most, plus the time the system takes to look up a name. Must not
    be called inside a transaction. Never raises for what a receiver does.
    """
    sink = Sink(stream.sink)
    if sink.is_syslog:
        return _told(partial(_by_syslog, stream, events, look_up))
    if sink is Sink.VERIFICATIONS:
        return _told(partial(_one_by_one, stream, events, now, look_up))
    return _told(partial(_by_http, stream, events, now, look_up))


def _told(exchange: Callable[[], SinkAnswer]) -> SinkAnswer:
    """What came of it, whatever that was."""
    try:
        return exchange()
    except UndecryptableError:
        return SinkAnswer(trouble="its secret cannot be read: its key is gone")
    except RefusedHostError as refusal:
        return SinkAnswer(trouble=f"the host is inside: {refusal}")
    except (ValueError, OSError) as wrong:
        return SinkAnswer(trouble=f"it cannot be sent: {type(wrong).__name__}")


def host_name() -> str:
    """What this installation is called in formats that name a host."""
    return settings().installation.partition("/")[0] or "otpguard"


def _by_http(
    stream: LogStream, events: Sequence[SentEvent], now: datetime, look_up: LookUp
) -> SinkAnswer:
    sink = Sink(stream.sink)
    answer = _posted(_prepared(stream, events, now), look_up)
    if not isinstance(answer, Response):
        return SinkAnswer(trouble=_no_answer(answer))
    wait = asked_wait(answer.headers, now=now)
    if sink is Sink.SPLUNK:
        return splunk.splunk_answer(answer.status, answer.body, count=len(events), wait=wait)
    if sink is Sink.ELASTIC:
        return elastic.elastic_answer(answer.status, answer.body, count=len(events), wait=wait)
    return by_status(answer.status, count=len(events), wait=wait)


def _posted(made: _Prepared, look_up: LookUp) -> Response | Unsent | Unknown:
    mine = settings().siem
    return send_outside(
        Request(method="POST", url=made.url, headers=made.headers, body=made.body),
        deadlines=DEADLINES,
        allowed=mine.allowed_networks,
        context=outside_context(mine.ca_file),
        look_up=look_up,
    )


def _one_by_one(
    stream: LogStream, events: Sequence[SentEvent], now: datetime, look_up: LookUp
) -> SinkAnswer:
    """Each event by a call of its own, until one does not arrive or CALLS_SECONDS are over."""
    calls = [_call(stream, event, now) for event in events]
    taken = 0
    refused: dict[int, str] = {}
    ends = monotonic() + CALLS_SECONDS
    with ThreadPoolExecutor(CALLS_AT_ONCE) as threads:
        for some in _rounds(calls):
            # Those behind one that does not arrive come again, under the same ids.
            for answer in threads.map(partial(_answer_of, look_up), some):
                if answer.trouble and not answer.too_much:
                    return SinkAnswer(
                        taken=taken, refused=refused, trouble=answer.trouble, wait=answer.wait
                    )
                if answer.too_much:
                    refused[taken] = answer.trouble
                taken += 1
            if monotonic() >= ends:
                break
    return SinkAnswer(taken=taken, refused=refused)


def _rounds(calls: Sequence[_Prepared]) -> Iterator[Sequence[_Prepared]]:
    """One goes ahead, so that a receiver that is away is called once; then several at once."""
    yield calls[:1]
    for start in range(1, len(calls), CALLS_AT_ONCE):
        yield calls[start : start + CALLS_AT_ONCE]


def _call(stream: LogStream, event: SentEvent, now: datetime) -> _Prepared:
    headers = webhook.signed_headers(
        event.id, event.rendered, secrets=_secrets(stream, now), at=int(now.timestamp())
    )
    return _Prepared(stream.url, headers, event.rendered)


def _answer_of(look_up: LookUp, made: _Prepared) -> SinkAnswer:
    return _told(partial(_answer_to_call, made, look_up))


def _answer_to_call(made: _Prepared, look_up: LookUp) -> SinkAnswer:
    answer = _posted(made, look_up)
    if not isinstance(answer, Response):
        return SinkAnswer(trouble=_no_answer(answer))
    return by_status(answer.status, count=1, wait=asked_wait(answer.headers, now=timezone.now()))


def _secrets(stream: LogStream, now: datetime) -> list[str]:
    """The secrets by which a webhook is signed: for a while also the one that was replaced."""
    until = stream.old_secret_until
    kept = [stream.secret]
    if until is not None and now < until:
        kept.append(stream.old_secret)
    return [HiddenText(each.reveal() if each else "") for each in kept]


def _prepared(stream: LogStream, events: Sequence[SentEvent], now: datetime) -> _Prepared:
    sink, url, host = Sink(stream.sink), stream.url, host_name()
    secret = HiddenText(stream.secret.reveal() if stream.secret else "")
    if sink is Sink.SPLUNK:
        body = splunk.splunk_body(events, host=host)
        return _Prepared(_with(url, splunk.PATH), splunk.splunk_headers(secret), body)
    if sink is Sink.DATADOG:
        body = datadog.datadog_body(events, host=host)
        return _Prepared(_with(url, datadog.PATH), datadog.datadog_headers(secret), body)
    if sink is Sink.ELASTIC:
        body = elastic.elastic_body(events)
        return _Prepared(_with(url, elastic.PATH), elastic.elastic_headers(secret), body)
    body, at = webhook.webhook_body(str(stream.pk), events), int(now.timestamp())
    identity = webhook.batch_id(str(stream.pk), events)
    headers = webhook.signed_headers(identity, body, secrets=_secrets(stream, now), at=at)
    return _Prepared(url, headers, body)


def _with(url: str, path: str) -> str:
    """The URL with the vendor's path, unless it has it already."""
    bare = url.rstrip("/")
    return bare if bare.endswith(path) else bare + path


def _by_syslog(stream: LogStream, events: Sequence[SentEvent], look_up: LookUp) -> SinkAnswer:
    mine, sink, host = settings().siem, Sink(stream.sink), host_name()
    frames = b"".join(
        syslog.framed(
            syslog.syslog_message(
                event,
                host=host,
                number=mine.enterprise_number,
                text=cef.cef_line(event, version=RELEASE) if sink is Sink.CEF else None,
            )
        )
        for event in events
    )
    name, port = checked_sink_url(sink, stream.url)
    wrong = send_frames(
        name,
        port,
        frames,
        deadlines=DEADLINES,
        allowed=mine.allowed_networks,
        context=outside_context(mine.ca_file),
        look_up=look_up,
    )
    return SinkAnswer(taken=len(events)) if wrong is None else SinkAnswer(trouble=_no_answer(wrong))


def _no_answer(found: object) -> str:
    reason = getattr(found, "reason", "")
    return f"no connection: {reason}" if isinstance(found, Unsent) else f"no answer: {reason}"
