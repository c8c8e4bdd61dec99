"""What URL each kind of receiver takes."""

from __future__ import annotations

from urllib.parse import urlsplit

from otpguard.core.siem.sinks import Sink

SYSLOG_PORT = 6514
"""RFC 5425, 4.1."""
HTTPS_PORT = 443


class SinkUrlError(ValueError):
    """A URL that no stream of this kind may have."""


def checked_sink_url(sink: Sink, url: str) -> tuple[str, int]:
    """The host and port of a receiver's URL. Raises SinkUrlError, whose text names the rule."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise SinkUrlError("it is no URL") from None
    if any(not "!" <= char <= "~" for char in url) or "\\" in url or not host:
        raise SinkUrlError("it must be printable ASCII and name a host")
    if parts.scheme != sink.scheme:
        raise SinkUrlError(f"it must begin with {sink.scheme}://")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise SinkUrlError("it must hold no user, password or fragment")
    if sink.is_syslog and (parts.path.strip("/") or parts.query):
        raise SinkUrlError("it must end after the port")
    return host, port or (SYSLOG_PORT if sink.is_syslog else HTTPS_PORT)
