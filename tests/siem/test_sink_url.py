"""The URLs that each kind of receiver takes."""

from __future__ import annotations

import pytest

from otpguard.core.siem.sinks import Sink
from otpguard.siem.sink_url import SinkUrlError, checked_sink_url


def test_a_url_names_a_host_and_perhaps_a_port() -> None:
    assert checked_sink_url(Sink.WEBHOOK, "https://logs.example.com/in?a=b") == (
        "logs.example.com",
        443,
    )
    assert checked_sink_url(Sink.SYSLOG, "tls://logs.example.com") == ("logs.example.com", 6514)
    assert checked_sink_url(Sink.CEF, "tls://[2001:db8::1]:1999/") == ("2001:db8::1", 1999)


@pytest.mark.parametrize(
    ("sink", "url"),
    [
        (Sink.WEBHOOK, "http://logs.example.com"),
        (Sink.WEBHOOK, "https://"),
        (Sink.WEBHOOK, "https://a@logs.example.com"),
        (Sink.WEBHOOK, "https://logs.example.com/#x"),
        (Sink.WEBHOOK, "https://logs.example.com:99999/"),
        (Sink.WEBHOOK, "https://logs.exämple.com/"),
        (Sink.WEBHOOK, "https://logs.example.com/a b"),
        (Sink.WEBHOOK, "https://good.example.com\\@10.0.0.1/"),
        (Sink.WEBHOOK, "https://[::1"),
        (Sink.SYSLOG, "https://logs.example.com"),
        (Sink.SYSLOG, "tls://logs.example.com/path"),
        (Sink.SPLUNK, "file:///etc/passwd"),
    ],
)
def test_another_url_is_refused(sink: Sink, url: str) -> None:
    with pytest.raises(SinkUrlError):
        checked_sink_url(sink, url)
