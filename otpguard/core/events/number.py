"""Numbers: channels that their holders stopped and started again, and what a browser has proven."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    ACCOUNT_CHANGE,
    AUTHENTICATION,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    event,
)
from otpguard.core.text import gettext_noop as _


@event(
    "number.opted_out",
    _("A channel was stopped for a number"),
    Ocsf(ACCOUNT_CHANGE, OTHER_ACTIVITY),
    personal=("number",),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class NumberOptedOut(Event):
    """No message goes there over this channel; `source` is the person's keyword or the vendor's
    answer. `number` is masked, and `factor` empty if nobody has set it up."""

    channel: str
    provider: str
    source: str
    number: str
    factor: str = ""


@event(
    "number.opted_in",
    _("A channel was started again for a number"),
    Ocsf(ACCOUNT_CHANGE, OTHER_ACTIVITY),
    personal=("number",),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class NumberOptedIn(Event):
    """Its holder sent START, or an operator switched it on with a reason."""

    channel: str
    provider: str
    source: str
    number: str
    factor: str = ""
    reason: str = ""


@event(
    "phone_claim.issued",
    _("A number was confirmed without an account"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimIssued(Event):
    """A browser may use the number once, within half an hour."""

    claim: str
    method: str


@event(
    "phone_claim.used",
    _("A confirmed number was used"),
    Ocsf(ACCOUNT_CHANGE, OTHER_ACTIVITY),
    people=("user",),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimUsed(Event):
    """The claim serves no more; `user` is the key of the account that it went into, if known."""

    claim: str
    user: str = ""


@event(
    "email_link.sent",
    _("A link was sent to a visitor's mailbox"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class EmailLinkSent(Event):
    """A browser without an account has to open it before a code goes to its number. The mailbox is
    not named."""

    link: str


@event(
    "email_link.withheld",
    _("A link to a visitor's mailbox was withheld"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class EmailLinkWithheld(Event):
    """The page looked as if one had been sent. `reason` is "disposable", "honeypot" or the full
    cap."""

    reason: str


@event(
    "email_link.opened",
    _("A visitor opened the link in an e-mail"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class EmailLinkOpened(Event):
    """The browser that had asked for it may order codes in the lane of mailed strangers for a
    day."""

    link: str


@event(
    "verification.asked",
    _("A service had a code sent to a number"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class VerificationAsked(Event):
    """`name` is that of the service's key, empty for code of the host. The number is not named."""

    verification: str
    name: str
    action: str
