"""The signed webhook: the wire format of Standard Webhooks 1.0, which many libraries verify.

The signature covers the id, the time and the body. A receiver compares it, refuses times that are
more than `WINDOW` seconds away, and remembers ids, because a batch may come twice.
"""

from __future__ import annotations

import hmac
from base64 import b64decode, b64encode
from collections.abc import Sequence
from hashlib import sha256

from otpguard.core.siem.sent_event import SentEvent

PREFIX = "whsec_"
WINDOW = 300
"""Seconds that the clock of the receiver may be away from ours."""


def new_secret(random: bytes) -> str:
    """The secret of such a webhook, of 24 to 64 random bytes."""
    return PREFIX + b64encode(random).decode()


def webhook_body(stream: str, events: Sequence[SentEvent]) -> bytes:
    """The events in their order, as one JSON object."""
    listed = b",".join(event.rendered for event in events)
    return b'{"stream":"%s","events":[%s]}' % (stream.encode(), listed)


def webhook_headers(
    stream: str, events: Sequence[SentEvent], body: bytes, *, secret: str, at: int
) -> dict[str, str]:
    """The headers that go with `body`; `at` is now, in seconds since 1970.

    The id names the first and the last event: the same batch has the same one when it comes again,
    and one that has grown since has another. Raises ValueError for a secret that is none.
    """
    identity = f"{stream}_{events[0].id}_{events[-1].id}"
    signed = f"{identity}.{at}.".encode() + body
    key = b64decode(secret.removeprefix(PREFIX), validate=True)
    signature = b64encode(hmac.new(key, signed, sha256).digest()).decode()
    return {
        "Content-Type": "application/json",
        "webhook-id": identity,
        "webhook-timestamp": str(at),
        "webhook-signature": f"v1,{signature}",
    }
