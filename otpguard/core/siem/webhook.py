"""The signed webhook: the wire format of Standard Webhooks 1.0, which many libraries verify.

The signature covers the id, the time and the body. A receiver compares it, refuses times that are
more than `WINDOW` seconds away, and remembers ids, because a call may come twice.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence

from otpguard.core.siem.sent_event import SentEvent
from otpguard.core.standard_webhook import signed_call

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


def batch_id(stream: str, events: Sequence[SentEvent]) -> str:
    """The id of a batch: the same one has the same when it comes again, and one that has grown
    since has another."""
    return f"{stream}_{events[0].id}_{events[-1].id}"


def signed_headers(message: str, body: bytes, *, secrets: Sequence[str], at: int) -> dict[str, str]:
    """The headers that go with `body`; `at` is now, in seconds since 1970.

    `message` is its id. Each of the `secrets` signs, so that a receiver may have either while one
    replaces the other. Raises ValueError for a secret that is none.
    """
    keys = [b64decode(each.removeprefix(PREFIX), validate=True) for each in secrets]
    signatures = [signed_call(key, message=message, timestamp=str(at), body=body) for key in keys]
    return {
        "Content-Type": "application/json",
        "webhook-id": message,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(signatures),
    }
