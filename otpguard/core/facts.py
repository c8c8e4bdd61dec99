"""What the core and the flows know of a request: values, never the request itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from otpguard.core.assurance import Primary
from otpguard.core.event_source import EventSource

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFacts:
    """Who asks, in which tenant and login session, from where, when.

    `user` and `tenant` are primary keys as text, empty when there is none. `sid` is our own id of
    the login session; empty means that nothing proven in a browser counts (a bearer token, or a
    session from before the installation). `authenticated_at` is None when unknown: never fresh.
    `host`, `secure` and `email`, that of the account, are known for unsafe methods only: reading a
    page sends nothing. `device` is the id in this browser's
    signed cookie: it says which browser asks, not that it is still known (see factors.devices).
    `fingerprint` is the keyed digest of what a visitor's form showed of the device.
    `request_id` names the request in the host's own logs, `source` the door, and `session_context`
    is what the host adds to events, text by text.
    `browser` names the browser of an anonymous request, about somebody who has no account: then
    `user` and `sid` are empty (C28).
    """

    now: datetime
    user: str = ""
    user_active: bool = True
    user_is_staff: bool = False
    email: str = field(default="", repr=False)
    tenant: str = ""
    sid: str = ""
    primary: Primary = Primary.NONE
    authenticated_at: datetime | None = None
    device: str = ""
    fingerprint: str = field(default="", repr=False)
    browser: str = ""
    client_ip: str = ""
    agent: str = ""
    host: str = ""
    secure: bool = False
    method: str = "GET"
    path: str = ""
    view: str = ""
    request_id: str = ""
    source: EventSource = EventSource.JOB
    session_context: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def origin(self) -> str:
        """Where the browser stands (RFC 6454); empty without a host."""
        return f"{'https' if self.secure else 'http'}://{self.host}" if self.host else ""

    @property
    def unsafe(self) -> bool:
        """True for methods that change something."""
        return self.method not in SAFE_METHODS
