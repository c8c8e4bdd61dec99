"""Password resets: links that were sent or withheld, and what a new password ended."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import (
    ACCOUNT_CHANGE,
    AUTHENTICATION,
    HIGH,
    MEDIUM,
    OTHER_ACTIVITY,
    Event,
    Ocsf,
    OcsfStatus,
    event,
)
from otpguard.core.text import gettext_noop as _


@event(
    "password_reset.sent",
    _("A link to reset a password was sent"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ResetLinkSent(Event):
    """To the account's e-mail address, by a worker. Older links of the account count no more."""

    link: str


@event(
    "password_reset.withheld",
    _("A link to reset a password was withheld"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class ResetLinkWithheld(Event):
    """The page looked as if one had been sent. `reason` is a WithheldReason or the full
    cap. The e-mail address is not named."""

    reason: str


@event(
    "password_reset.refused",
    _("A password was not reset"),
    Ocsf(ACCOUNT_CHANGE, OTHER_ACTIVITY, OcsfStatus.FAILURE, MEDIUM),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRefused(Event):
    """The link was good. `reason` is what was missing."""

    reason: str


@event(
    "password_reset.done",
    _("A password was reset"),
    Ocsf(ACCOUNT_CHANGE, OTHER_ACTIVITY, OcsfStatus.SUCCESS),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordWasReset(Event):
    """All logins and proofs of the person have ended. `email_only`: there was nothing enrolled, so
    what is sensitive waits until `held_until`."""

    link: str
    email_only: bool
    sessions: int
    grants: int
    held_until: str = ""


@event(
    "password_reset.permitted",
    _("An operator let a password reset through"),
    Ocsf(ACCOUNT_CHANGE, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetPermitted(Event):
    """The policy asks for an administrator where nothing is set up. The link is enough now, and
    what is sensitive waits after it."""

    link: str
    reason: str


@event(
    "password_reset.repudiated",
    _("Somebody said that they did not ask for a password reset"),
    Ocsf(AUTHENTICATION, OTHER_ACTIVITY, severity=HIGH),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordResetRepudiated(Event):
    """By the link in the e-mail, or on the page of a code. The link and its codes have ended."""

    link: str
    challenges: int
