"""The kinds of receivers that events are sent to."""

from __future__ import annotations

from enum import StrEnum


class Sink(StrEnum):
    """A kind of receiver."""

    WEBHOOK = "webhook"
    SYSLOG = "syslog"
    CEF = "cef"
    SPLUNK = "splunk"
    DATADOG = "datadog"
    ELASTIC = "elastic"
    VERIFICATIONS = "verifications"

    @property
    def text(self) -> str:
        """What people call it."""
        return _TEXTS[self]

    @property
    def is_signed(self) -> bool:
        """Whether we make its secret, and sign by it."""
        return self in (Sink.WEBHOOK, Sink.VERIFICATIONS)

    @property
    def is_syslog(self) -> bool:
        """Whether it is spoken to by syslog over TLS, which acknowledges nothing."""
        return self in (Sink.SYSLOG, Sink.CEF)

    @property
    def scheme(self) -> str:
        """How its URL begins."""
        return "tls" if self.is_syslog else "https"


_TEXTS = {
    Sink.WEBHOOK: "Signed webhook",
    Sink.SYSLOG: "Syslog over TLS (RFC 5424)",
    Sink.CEF: "CEF in syslog over TLS",
    Sink.SPLUNK: "Splunk HEC",
    Sink.DATADOG: "Datadog",
    Sink.ELASTIC: "Elastic",
    Sink.VERIFICATIONS: "Signed webhook of verifications",
}
