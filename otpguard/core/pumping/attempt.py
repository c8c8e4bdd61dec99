"""One wish to send a paid message to a number, as the layers of the pumping defense see it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from otpguard.core.phone import NumberType, PhoneNumber
from otpguard.core.pumping.prefix import prefix_of
from otpguard.core.pumping.visitor_form.behavior import FormBehavior


class SpendLane(StrEnum):
    """Whose number it seems to be. Each lane has its own budgets, so that a flood in one leaves
    the others open."""

    OWNER = "owner"
    """A factor that its owner has confirmed."""

    KNOWN = "known"
    """A browser that has proven a number here before."""

    INVITED = "invited"
    """Somebody whom an organization invited that is not strict."""

    MAILED = "mailed"
    """A stranger who has opened a link in an e-mail in this browser."""

    STRANGER = "stranger"
    """Everybody else."""


class NetworkKind(StrEnum):
    """What stands behind an IP address, as far as the data says."""

    ORDINARY = "ordinary"
    HOSTING = "hosting"
    TOR = "tor"
    PROXY = "proxy"
    UNKNOWN = "unknown"
    """The data is there and does not know the address."""

    OFF = "off"
    """No data is configured: the layer counts nothing by network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFacts:
    """The network of the client's IP address. `asn` is 0 and `country` empty if unknown."""

    kind: NetworkKind = NetworkKind.OFF
    asn: int = 0
    country: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFacts:
    """What the form that asked for the send showed.

    `checked` is False where no form of ours asked, as for a job or a confirmed factor: then the
    layer says nothing. `token_valid` tells that its signed token was ours and unused. `work_level`
    is that of the proof of work that came along, 0 without one; `captcha_passed` is None when none
    was asked. `filled_ms` is the time between showing and sending the form. `fingerprint` is a
    keyed digest of coarse facts about the device, empty without a script; `behavior` is None unless
    the site has it counted.
    """

    checked: bool = False
    token_valid: bool = False
    work_level: int = 0
    captcha_passed: bool | None = None
    honeypot_filled: bool = False
    filled_ms: int | None = None
    fingerprint: str = ""
    behavior: FormBehavior | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What is known before anything is written.

    `source` names the form or the checkpoint that asked. `price_micros` is what the first paid
    message of the plan is expected to cost, in millionths of a dollar. `is_strict` tells that the
    tenant, or for a visitor the site's own number of an unknown person, has not shown use yet.
    `countries` are those that the number may be of, `number_types` its kinds; None if that was
    looked at before. `mailbox` is the blind index of the mailbox whose link a visitor has opened,
    and `unseen_domain` its domain if nobody has proven a number through it before; else both are
    empty. `asks_vendors` is False where a vendor's answer must not be waited for: then only what it
    has said before counts.
    `is_newcomer` tells that the account is younger than a day and has no verified number.
    """

    now: datetime
    source: str
    number: PhoneNumber = field(repr=False)
    phone_index: str
    lane: SpendLane
    tenant: str = ""
    user: str = ""
    browser: str = ""
    client_ip: str = ""
    channel: str = ""
    mailbox: str = ""
    unseen_domain: str = ""
    price_micros: int = 0
    is_strict: bool = True
    is_newcomer: bool = False
    is_sensitive: bool = False
    countries: frozenset[str] | None = None
    number_types: frozenset[NumberType] | None = None
    asks_vendors: bool = True
    network: NetworkFacts = NetworkFacts()
    form: FormFacts = FormFacts()

    @property
    def prefix(self) -> str:
        """The range that the number is in; see `prefix_of`."""
        return prefix_of(self.number.e164)
