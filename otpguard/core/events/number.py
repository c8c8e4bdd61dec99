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


@event("phone_claim.used", _("A confirmed number was used"), Ocsf(ACCOUNT_CHANGE, OTHER_ACTIVITY))
@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimUsed(Event):
    """The claim serves no more; `user` is the key of the account that it went into, if known."""

    claim: str
    user: str = ""
