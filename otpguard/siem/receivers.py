"""Hand one batch of events to a receiver, and read what it says of it. Writes no rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from typing import Final

from otpguard.conf import settings
from otpguard.core.secrets import HiddenText
from otpguard.core.siem import cef, datadog, elastic, splunk, syslog, webhook
from otpguard.core.siem.answer import SinkAnswer, by_status
from otpguard.core.siem.sent_event import SentEvent
from otpguard.core.siem.sinks import Sink
from otpguard.models import LogStream
from otpguard.siem.sink_url import checked_sink_url
from otpguard.transport.exchange import Deadlines, Request, Response, Unsent
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
    try:
        if sink.is_syslog:
            return _by_syslog(stream, events, look_up)
        return _by_http(stream, events, now, look_up)
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
    mine, sink = settings().siem, Sink(stream.sink)
    made = _prepared(stream, events, now)
    answer = send_outside(
        Request(method="POST", url=made.url, headers=made.headers, body=made.body),
        deadlines=DEADLINES,
        allowed=mine.allowed_networks,
        context=outside_context(mine.ca_file),
        look_up=look_up,
    )
    if not isinstance(answer, Response):
        return SinkAnswer(trouble=_no_answer(answer))
    wait = asked_wait(answer.headers, now=now)
    if sink is Sink.SPLUNK:
        return splunk.splunk_answer(answer.status, answer.body, count=len(events), wait=wait)
    if sink is Sink.ELASTIC:
        return elastic.elastic_answer(answer.status, answer.body, count=len(events), wait=wait)
    return by_status(answer.status, count=len(events), wait=wait)


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
    headers = webhook.webhook_headers(str(stream.pk), events, body, secret=secret, at=at)
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
