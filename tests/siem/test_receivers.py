"""Batches over real connections: each kind of receiver, and each way to fail."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.siem.answer import SinkAnswer
from otpguard.models import LogStream
from otpguard.siem import receivers
from otpguard.siem.receivers import hand_over, host_name
from otpguard.testing.vendor_server import Mood, Reply, Vendor
from otpguard.transport.exchange import Deadlines
from tests.core.siem.events import sent
from tests.siem.receiving import HOST, https_receiver, options, syslog_receiver, url_of

EVENTS = [sent(id="a", rendered=b'{"a":1}'), sent(id="b", rendered=b'{"a":2}')]


@pytest.fixture(autouse=True)
def _settings(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "SIEM": options()}
    monkeypatch.setattr(receivers, "DEADLINES", Deadlines(connect=1, read=1))


@pytest.fixture
def server() -> Iterator[Vendor]:
    with https_receiver() as running:
        yield running


def hand(sink: str, url: str, secret: str = "whsec_c2VjcmV0", **more: Any) -> SinkAnswer:
    stream = LogStream(sink=sink, url=url)
    stream.secret = _Kept(secret)
    return hand_over(stream, EVENTS, now=timezone.now(), **more)


class _Kept:
    """A secret as the row has it."""

    def __init__(self, text: str) -> None:
        self.text = text

    def reveal(self) -> str:
        return self.text


@pytest.mark.parametrize(
    ("sink", "path", "header", "said"),
    [
        ("webhook", "/in", "webhook-signature", "v1,"),
        ("splunk", "/in/services/collector/event", "authorization", "Splunk whsec"),
        ("datadog", "/in/api/v2/logs", "dd-api-key", "whsec"),
    ],
)
def test_a_batch_arrives_in_the_form_of_its_kind(
    server: Vendor, sink: str, path: str, header: str, said: str
) -> None:
    assert hand(sink, f"{url_of(server)}/in") == SinkAnswer(taken=2)
    [received] = server.received
    assert (received.method, received.path) == ("POST", path)
    assert received.headers[header].startswith(said)
    assert b'"a":1' in received.body.replace(b'\\"', b'"')


def test_elastic_answers_for_each_event(server: Vendor) -> None:
    server.reply = Reply(200, {"items": [{"create": {"status": each}} for each in (409, 400)]})
    answer = hand("elastic", f"{url_of(server)}/logs/_bulk")
    assert answer == SinkAnswer(taken=2, refused={1: "item 400"})
    assert server.received[0].path == "/logs/_bulk"


@pytest.mark.parametrize("sink", ["syslog", "cef"])
def test_syslog_goes_over_tls_in_frames(sink: str) -> None:
    with syslog_receiver() as running:
        assert hand(sink, f"tls://{HOST}:{running.port}") == SinkAnswer(taken=2)
        first, second = running.wait_for(2)
    assert (b"CEF:0|" in first) == (sink == "cef")
    assert first.partition(b" id=")[2].startswith(b'"a"')
    assert second.partition(b" id=")[2].startswith(b'"b"')


@pytest.mark.parametrize("mood", ["hang", "drop"])
def test_a_receiver_that_gives_no_answer_has_taken_nothing(server: Vendor, mood: Mood) -> None:
    server.mood = mood
    answer = hand("webhook", url_of(server))
    assert answer.taken == 0
    assert answer.trouble.startswith("no answer")


def test_a_server_error_and_the_wait_that_it_asks_for_are_told(server: Vendor) -> None:
    server.reply = Reply(503, b"", {"Retry-After": "120"})
    assert hand("webhook", url_of(server)) == SinkAnswer(trouble="HTTP 503", wait=120)


@pytest.mark.parametrize("sink", ["webhook", "syslog"])
def test_a_host_inside_is_not_spoken_to(sink: str) -> None:
    def inside(_host: str, _port: int) -> Sequence[str]:
        return ["169.254.169.254"]

    scheme = "tls" if sink == "syslog" else "https"
    answer = hand(sink, f"{scheme}://logs.example.com", look_up=inside)
    assert answer.trouble == "the host is inside: 169.254.169.254 is never allowed"


def test_a_secret_that_is_none_sends_nothing(server: Vendor) -> None:
    assert hand("webhook", url_of(server), secret="whsec_%").trouble.startswith("it cannot be sent")
    assert server.connections == 0


def test_the_events_of_a_webhook_are_one_object(server: Vendor) -> None:
    hand("webhook", url_of(server))
    assert json.loads(server.received[0].body)["events"] == [{"a": 1}, {"a": 2}]


def test_the_host_is_that_of_the_installation(settings: Any) -> None:
    settings.OTPGUARD = {"INSTALLATION": "audit.example.com/7f3c"}
    assert host_name() == "audit.example.com"
    settings.OTPGUARD = {}
    assert host_name() == "otpguard"


def test_a_wrong_url_in_a_row_sends_nothing() -> None:
    assert hand("syslog", "https://x").trouble == "it cannot be sent: SinkUrlError"
