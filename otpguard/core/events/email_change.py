"""Changes of the e-mail address of an account."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.events.base import ACCOUNT_CHANGE, OTHER_ACTIVITY, Event, Ocsf, event
from otpguard.core.text import gettext_noop as _


@event(
    "email.account_changed",
    _("The e-mail address of an account was changed"),
    Ocsf(ACCOUNT_CHANGE, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEmailChanged(Event):
    """Links to reset a password have ended. Neither e-mail address is named. Where nothing was set
    up, what is sensitive waits until `held_until`."""

    held_until: str = ""


@event(
    "email.account_restored",
    _("The old e-mail address of an account was restored"),
    Ocsf(ACCOUNT_CHANGE, OTHER_ACTIVITY),
)
@dataclass(frozen=True, slots=True, kw_only=True)
class AccountEmailRestored(Event):
    """By the link in the old mailbox. All logins and proofs of the person have ended."""

    sessions: int
    grants: int
    held_until: str = ""
