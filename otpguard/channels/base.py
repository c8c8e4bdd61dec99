"""The provider protocol: a vendor behind one or more channels. A public extension point.

A provider is named by dotted path in OTPGUARD["PROVIDERS"] with OPTIONS that become keyword
arguments of its constructor. The contract suite that ours pass is
`otpguard.testing.provider_contract`. For a vendor spoken to over HTTP,
`otpguard.channels.http_provider` does the sending. What is optional is stated in `capabilities` and
fetched by `otpguard.channels.offers.offered`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from otpguard.channels.capabilities import Capabilities
from otpguard.core.assurance import Channel
from otpguard.core.checked_code import CheckedCode
from otpguard.core.codes import Code
from otpguard.core.outcome import Failure, Outcome, Unavailable

__all__ = [
    "ClosesVerifications",
    "OutboundMessage",
    "Polling",
    "Provider",
    "ReceiptFact",
    "ReceiptState",
    "Receiving",
    "RemoteCheck",
    "Sender",
    "Submission",
    "Webhook",
]

_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Whom a WhatsApp message comes from and the template that it uses, in place of the options."""

    account: str
    number_id: str
    template: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboundMessage:
    """One message to one person. `to` and `text` are masked in the repr.

    `code` is None for a notice, which asks nothing. `subject` is for e-mail; `key` is unique to the
    delivery, for vendors that accept an idempotency key. `language` is a language tag, empty for
    the site's own; `lifetime` the seconds that the code is good for, 0 when that does not matter.
    `remote` asks a vendor to make a code of its own: then there is neither `code` nor `text`.
    `sender` is the recorded WhatsApp sender that counts here, None for the provider's own options.
    """

    key: str
    channel: Channel
    to: str = field(repr=False)
    text: str = field(repr=False)
    code: Code | None = None
    subject: str = ""
    language: str = ""
    lifetime: int = 0
    remote: bool = False
    sender: Sender | None = None


@runtime_checkable
class Provider(Protocol):
    """What a vendor must offer.

    It is made once in a process, and its methods are called by several threads at once. The
    constructor raises ValueError for options that cannot work; it must not use the network.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What it can do. The same value as long as it lives."""

    def send(self, message: OutboundMessage) -> Outcome:
        """Send once. Returns an outcome for whatever happens; raises only on a programming error.

        `Accepted` when the vendor took it, with the reference by which the vendor knows it;
        `Refused` when it will not; `Unavailable` when nothing or nothing certain is known.
        Must come back within its own deadline (seconds, not minutes). Must not log `to`, `text` or
        `code`, nor tell them in the outcome or in its own repr. Never tries twice: a message that
        is perhaps sent is not sent again.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A code that a person typed, for the vendor that made it. `to` and `code` are masked.

    `reference` is that of `Accepted`. `code` are digits, after a "+" perhaps.
    """

    reference: str
    channel: Channel
    to: str = field(repr=False)
    code: str = field(repr=False)


@runtime_checkable
class RemoteCheck(Protocol):
    """What a vendor that owns the code offers besides: `remote`."""

    def check(self, submitted: Submission) -> CheckedCode:
        """Ask the vendor once, within its deadline. Raises only on a programming error.

        Must not log `to` or `code`. `Right` for this very `reference` alone.
        """


@runtime_checkable
class ClosesVerifications(Protocol):
    """What a vendor offers that must be told how a verification ended: `closes`.

    Both methods return None when it is done, or when there is nothing to do.
    """

    def cancel(self, reference: str) -> Failure | None:
        """Give up what is open, so that the vendor sends and takes no more."""

    def confirm(self, reference: str, code: Code) -> Failure | None:
        """Tell of the success of a code of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """A request that a vendor, or somebody who says so, made to us, as it came.

    `url` is the whole public URL that the vendor called, rebuilt from the site's settings and
    not from a header of the request. Header names may be in any case; of a repeated header the last
    line counts. Everything but the method is masked in the repr.
    """

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=lambda: _NONE, repr=False)
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str:
        """The value of a header, empty when it is not there."""
        wanted, found = name.lower(), ""
        for each, value in self.headers.items():
            if each.lower() == wanted:
                found = value
        return found


class ReceiptState(StrEnum):
    """How far a vendor says that a message has come."""

    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptFact:
    """What a vendor says later about one message.

    `reference` is that of `Accepted`; `failure` is set for FAILED alone; `cost_micros` are
    millionths of a US dollar, None when unknown; `at` is the vendor's own time, None when not told.
    `key` is that of `OutboundMessage`, where the vendor repeats it: it finds a message whose
    `reference` never reached us.
    """

    reference: str
    state: ReceiptState
    failure: Failure | None = None
    carrier: str = ""
    cost_micros: int | None = None
    at: datetime | None = None
    key: str = ""


@runtime_checkable
class Receiving(Protocol):
    """What a vendor that calls back offers besides: `webhooks`."""

    def is_authentic(self, received: Webhook, *, now: datetime) -> bool:
        """True when the vendor itself made this request, and lately where it says when.

        Compares in constant time. False, and no error, for whatever a stranger may send.
        """

    def parse_receipt(self, received: Webhook) -> tuple[ReceiptFact, ...]:
        """What an authentic request says; empty for what tells nothing about a delivery.

        A repeat gives the same facts, and they come in any order: (reference, state) is the key.
        """

    def handshake(self, received: Webhook) -> str | None:
        """The body to answer with, when the vendor asks whether the URL is ours; else None."""


@runtime_checkable
class Polling(Protocol):
    """What a vendor offers that can be asked what became of a message: `polls`."""

    def status(self, reference: str) -> ReceiptFact | Unavailable | None:
        """Ask once, within the deadlines. Raises only on a programming error.

        A fact is about this very `reference`; None when the vendor knows nothing yet, or nothing
        that tells whether the message arrived.
        """
