"""What a provider can do, as one value that it states and the rest of the house reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from otpguard.core.assurance import Channel
from otpguard.core.codes import CODE_DIGITS


class Webhooks(StrEnum):
    """How a vendor calls us back, if it does."""

    NONE = "none"
    UNSIGNED = "unsigned"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What a provider can do. It states this once, as an attribute that never changes.

    Some fields promise methods beyond `send`; the protocol that has them stands in brackets (they
    are in `otpguard.channels.base`, the last two in `otpguard.channels.inbound`). A system check,
    otpguard.E027, finds a contradiction.

    `channels` are those that it serves. `receipts` is true when the vendor says later, of every
    message, whether it arrived; `webhooks` says how it calls us back [Receiving], which a vendor
    may do that tells only of failures. `polls` is true when it can be asked what became of a
    message [Polling], and `closes` when it must be told how a verification ended
    [ClosesVerifications].

    `remote` is true when the vendor makes the code and checks it [RemoteCheck]. `code_length` is
    then how many digits each of its codes has; 0 when that is unknown, or when they are the number
    of a missed call. Below six digits it serves AAL1 alone. `codes_only` is true when the vendor
    words the message itself, so that nothing but a code can be sent.

    `keywords` is true when it hands on the words by which people stop messages [HearsKeywords], and
    `knows_senders` when it can be asked how a WhatsApp sender stands [KnowsSenders].

    `own_sender` is true when its WhatsApp messages come from an account that the site owns.
    `for_development` is true when it shows messages to anyone who looks, instead of sending them.
    """

    channels: frozenset[Channel]
    receipts: bool = False
    webhooks: Webhooks = Webhooks.NONE
    polls: bool = False
    closes: bool = False
    remote: bool = False
    code_length: int = 0
    codes_only: bool = False
    keywords: bool = False
    knows_senders: bool = False
    own_sender: bool = False
    for_development: bool = False

    @property
    def has_short_codes(self) -> bool:
        """True when its codes are too short for more than AAL1 (NIST SP 800-63B-4, 3.1.3.2)."""
        return self.remote and self.code_length < CODE_DIGITS

    @property
    def sends_as_the_site(self) -> bool:
        """True unless people get WhatsApp messages from an account that is not the site's own."""
        return self.own_sender or self.for_development
