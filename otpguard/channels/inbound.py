"""What a vendor may report besides receipts: keywords that people send, and the state of senders.

Both protocols are optional, as those of `otpguard.channels.base` are, and part of the same
extension point. What they parse comes from requests that are authentic.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from otpguard.channels.base import Sender, Webhook
from otpguard.core.assurance import Channel
from otpguard.core.keywords import Keyword
from otpguard.core.outcome import Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class KeywordFact:
    """Somebody sent one of the keywords to a sender of ours. `number` (E.164) is masked.

    `reference` is the vendor's own id of that message: it identifies a repeat. `sender` is what the
    vendor calls the sender that it went to, the `number_id` of a WhatsApp number. `elsewhere` says
    that the provider's options name another sender: then it counts only if a record of ours names
    this one. `answered` says that the vendor has answered it already.
    """

    keyword: Keyword
    channel: Channel
    number: str = field(repr=False)
    reference: str
    sender: str = ""
    elsewhere: bool = False
    answered: bool = False


@runtime_checkable
class HearsKeywords(Protocol):
    """What a vendor offers besides that hands on what people write to us: `keywords`."""

    def parse_keywords(self, received: Webhook) -> tuple[KeywordFact, ...]:
        """The keywords in an authentic request; empty for all other messages."""

    def keyword_reply(self, text: str) -> str:
        """The body that, as our answer to the request, makes the vendor send `text` back to the
        person; empty where it has no such answer."""


class TemplateState(StrEnum):
    """The state of a template at the vendor. Only APPROVED ones carry codes."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderState:
    """What a vendor says about one sender and its template when asked."""

    display_name: str
    badge: bool
    category: str
    approval: TemplateState


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderChange:
    """What a vendor says unasked about a template, or about all senders of an account.

    Without a `template` it names no template: all of the account are to be read again. `approval`
    and `category` are None if not given. `at` is the vendor's time, None if not given.
    """

    account: str
    template: str = ""
    language: str = ""
    approval: TemplateState | None = None
    category: str | None = None
    at: datetime | None = None


@runtime_checkable
class KnowsSenders(Protocol):
    """What a vendor offers that can be asked about WhatsApp senders: `knows_senders`."""

    def read_sender(self, sender: Sender) -> SenderState | Unavailable:
        """Ask, within its deadlines. Raises only on a programming error.

        `Unavailable` if the state of the sender is not known.
        """

    def parse_sender_changes(self, received: Webhook) -> tuple[SenderChange, ...]:
        """What an authentic request says about senders; empty for all others."""
