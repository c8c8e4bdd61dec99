"""Syslog messages (RFC 5424) and their frames over TLS (RFC 5425)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC

from otpguard.core.siem.sent_event import SentEvent

AUTHPRIV = 10
LARGEST = 8_192
"""Bytes of a message that receivers should take (RFC 5425, 4.3.1)."""
EXAMPLE_NUMBER = 32_473
"""The enterprise number of examples (RFC 5612)."""

_SEVERITIES = {1: 6, 2: 5, 3: 4, 4: 3, 5: 2, 6: 1}
"""Of OCSF's severities, informational to fatal, those of syslog: informational to alert."""
_BOM = b"\xef\xbb\xbf"
_ESCAPED = re.compile(r'["\\\]]')
_UNPRINTABLE = re.compile(r"[^!-~]")


def syslog_message(
    event: SentEvent,
    *,
    host: str,
    number: int = EXAMPLE_NUMBER,
    text: str | None = None,
) -> bytes:
    """One message, of `LARGEST` bytes at most; the JSON of the event unless `text` is given.

    One that is larger loses its text and its facts, and says so: `cut="1"`.
    """
    whole = event.rendered.decode() if text is None else text
    made = _message(event, whole, {}, host, number)
    if len(made) <= LARGEST:
        return made
    short = json.dumps({"id": event.id, "kind": event.kind, "cut": True})
    return _message(replace(event, facts={}), short, {"cut": "1"}, host, number)


def framed(message: bytes) -> bytes:
    """The message as a frame: its length in bytes stands before it."""
    return b"%d %s" % (len(message), message)


def _message(event: SentEvent, text: str, more: Mapping[str, str], host: str, number: int) -> bytes:
    priority = AUTHPRIV * 8 + _SEVERITIES.get(event.severity, 5)
    at = event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3]
    values = {"id": event.id, "tenant": event.tenant, **event.facts, **more}
    data = "".join(f' {name}="{_value(said)}"' for name, said in values.items() if said)
    head = (
        f"<{priority}>1 {at}Z {_word(host, 255)} otpguard - {_word(event.kind, 32)}"
        f" [otpguard@{number}{data}] "
    )
    return head.encode() + _BOM + text.encode()


def _word(text: str, most: int) -> str:
    """A field of the header: printable ASCII; a hyphen for nothing."""
    return _UNPRINTABLE.sub("_", text)[:most] or "-"


def _value(text: str) -> str:
    """A value of structured data: these three are escaped, and no others (RFC 5424, 6.3.3)."""
    return _ESCAPED.sub(lambda found: "\\" + found[0], text.replace("\n", " ").replace("\r", " "))
