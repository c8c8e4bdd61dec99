"""What pages and API say about outcomes: one sentence for each reason, that tells what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from otpguard.core.decision import Reason
from otpguard.core.reasons import (
    AnswerReason,
    CeremonyFault,
    StartReason,
    WhyNotStarted,
    WhyRejected,
)
from otpguard.flows.challenge.answer import Rejected
from otpguard.labels import Text, reason_text


class PageProblem(StrEnum):
    """Why a step-up page cannot continue, besides the reasons of the flows behind it."""

    ASK_EXPIRED = "ask_expired"
    OTHER_TENANT = "other_tenant"
    OTHER_ACCOUNT = "other_account"
    UNKNOWN_CHALLENGE = "unknown_challenge"
    FORM_GONE = "form_gone"
    UNKEPT = "unkept"
    RESET_LINK_GONE = "reset_link_gone"
    RESET_ADMINISTRATOR = "reset_administrator"
    LOGIN_ADMINISTRATOR = "login_administrator"


_TOO_MANY_GUESSES = _("Too many wrong codes.")
_TOO_MANY_CODES = _("Too many codes were asked for.")
_TOO_MANY_HERE = _("Too many codes are being sent right now. Use another way, or wait.")
_FACTOR_LOCKED = _(
    "This way of confirming is locked after too many wrong codes. Use another one, or ask your"
    " administrator."
)
_TRY_AGAIN = _("The passkey could not be checked. Try again.")
_UNKNOWN = _("There is no such confirmation. Repeat what you wanted to do.")

PROBLEMS: Mapping[PageProblem, Text] = {
    PageProblem.ASK_EXPIRED: _("This page is too old. Go back and repeat what you wanted to do."),
    PageProblem.OTHER_TENANT: _(
        "You have since switched to another organization. Switch back, or repeat what you"
        " wanted to do."
    ),
    PageProblem.OTHER_ACCOUNT: _(
        "This confirmation is for another account. Log out, log in with the account that you use in"
        " the app, and open this page from the app again."
    ),
    PageProblem.UNKNOWN_CHALLENGE: _UNKNOWN,
    PageProblem.FORM_GONE: _(
        "Your form is not kept any more: it was sent already, or it is too old. Fill it in"
        " again; your confirmation still counts."
    ),
    PageProblem.UNKEPT: _(
        "Confirmed. What you sent could not be kept in the meantime, because it is too large or"
        " not a plain form. Please send it once more; your confirmation still counts."
    ),
    PageProblem.RESET_LINK_GONE: _(
        "This link does not work any more: it is too old, was used already, or a newer one was"
        " sent. Ask for another one."
    ),
    PageProblem.RESET_ADMINISTRATOR: _(
        "The link alone is not enough to reset this password, and you have nothing else that"
        " would be accepted. Ask your administrator."
    ),
    PageProblem.LOGIN_ADMINISTRATOR: _(
        "The link alone is not enough to log in, and you have nothing else that would be accepted."
        " Ask your administrator."
    ),
}

NUMBER_OVERUSED = _(
    "This number is in use with too many organizations or accounts. Use another number."
)
_NO_CODE_NOW = _("No code can be sent right now. Try another way, or try again later.")

NOT_STARTED: Mapping[StartReason, Text] = {
    StartReason.FOREIGN: _(
        "This confirmation belongs to another login. Repeat what you wanted to do."
    ),
    StartReason.SESSION_ENDED: _(
        "This login was ended by you or by an operator. Log out, and log in again to go on."
    ),
    StartReason.STALE_LOGIN: _(
        "To add a first way of confirming, log out and log in again: you logged in too long ago."
    ),
    StartReason.ALREADY_PROVEN: _("You have confirmed already. Repeat what you wanted to do."),
    StartReason.PROOF_NEEDED: _("Confirm with what you have set up already, then add another way."),
    StartReason.FACTOR_NOT_ACCEPTABLE: _(
        "That way of confirming is not accepted here. Choose another."
    ),
    StartReason.FACTOR_LOCKED: _FACTOR_LOCKED,
    StartReason.ALREADY_BOUND: _("This number is set up already."),
    StartReason.SWITCHED_OFF: _(
        "An operator has switched this off. Use another way, or ask them to reset it."
    ),
    StartReason.TOO_MANY_FACTORS: _(
        "You have set up as many of these as possible. Remove one first."
    ),
    StartReason.NO_ROUTE: _NO_CODE_NOW,
    StartReason.PROOF_OF_WORK: _NO_CODE_NOW,
    StartReason.ANOTHER_WAY: _NO_CODE_NOW,
    StartReason.FORM_AGAIN: _(
        "Please send this form once more: it was sent already, or it was open for too long."
    ),
    StartReason.EMAIL_FIRST: _("Confirm your e-mail address first, then enter your number."),
    StartReason.NUMBER_NOT_ALLOWED: _(
        "Codes cannot be sent to this kind of number. Use a mobile number."
    ),
    StartReason.NO_CONSENT: _("Agree to get codes at this number, or use another way."),
    StartReason.SIM_CHANGED: _(
        "Your phone number was moved to a new SIM card recently. To protect your account, confirm"
        " in another way for some days."
    ),
    StartReason.NUMBER_REASSIGNED: _(
        "This phone number may have a new owner by now. Confirm in another way, then set up your"
        " number again."
    ),
    StartReason.OPTED_OUT: _(
        "Messages to this number are off, because STOP was sent from it. Send START to the number"
        " that the codes came from, or use another way."
    ),
    StartReason.REVOKED: _(
        "What this was based on has since been revoked. Repeat what you wanted to do."
    ),
    StartReason.CLOSED: _("This code is not valid any more. Start again."),
    StartReason.NO_SENDS_LEFT: _("No more codes can be sent for this request. Start again."),
    StartReason.WAIT: _TOO_MANY_GUESSES,
    StartReason.TOO_EARLY: _("A code was sent only a moment ago."),
    StartReason.CAP_SESSION: _TOO_MANY_CODES,
    StartReason.CAP_BROWSER: _TOO_MANY_CODES,
    StartReason.CAP_IP: _TOO_MANY_CODES,
    StartReason.CAP_FACTOR: _TOO_MANY_CODES,
    StartReason.CAP_NUMBER: _TOO_MANY_CODES,
    StartReason.CAP_ENROLLMENT: _TOO_MANY_CODES,
    StartReason.CAP_MAILBOX: _TOO_MANY_CODES,
    StartReason.CAP_TENANT: _TOO_MANY_HERE,
    StartReason.CAP_SITE: _TOO_MANY_HERE,
}
"""Sentences. How long to wait stands below, as a time with a countdown: see `Waiting`."""

REJECTED: Mapping[WhyRejected, Text] = {
    AnswerReason.CLOCK: _(
        "This code belongs to another time: the clock of your device is wrong. Set it to"
        " automatic and try again."
    ),
    AnswerReason.EXPIRED: _("This code has expired. Ask for a new one."),
    AnswerReason.EXHAUSTED: _("All tries for this code are used up. Ask for a new code."),
    AnswerReason.USED: _("This code was used already."),
    AnswerReason.NUMBER_OVERUSED: NUMBER_OVERUSED,
    AnswerReason.CANCELED: _("This code was replaced or canceled. Use the newest one."),
    AnswerReason.LOCKED: _FACTOR_LOCKED,
    AnswerReason.WAIT: _TOO_MANY_GUESSES,
    AnswerReason.UNKNOWN: _UNKNOWN,
    AnswerReason.TRIES_USED: _(
        "That code is not right, and no more tries are left for it. Send a new one."
    ),
    AnswerReason.GONE: _("This code is not valid any more. Send a new one."),
    AnswerReason.UNAVAILABLE: _(
        "Your code could not be checked just now. Try again, or send a new one."
    ),
    CeremonyFault.MALFORMED: _TRY_AGAIN,
    CeremonyFault.STATE: _TRY_AGAIN,
    CeremonyFault.ORIGIN: _("Another site asked for this passkey. Open this page at its own URL."),
    CeremonyFault.RELYING_PARTY: _TRY_AGAIN,
    CeremonyFault.CHALLENGE: _TRY_AGAIN,
    CeremonyFault.CROSS_ORIGIN: _TRY_AGAIN,
    CeremonyFault.NOT_PRESENT: _TRY_AGAIN,
    CeremonyFault.NOT_VERIFIED: _(
        "Your passkey must check that it is you, with a PIN, finger or face. Try again, or use"
        " another one."
    ),
    CeremonyFault.ALGORITHM: _("This passkey is of a kind that is not supported."),
    CeremonyFault.BACKUP_FLAGS: _TRY_AGAIN,
    CeremonyFault.BACKUP_CHANGED: _TRY_AGAIN,
    CeremonyFault.UNKNOWN_CREDENTIAL: _("This passkey is not known here. Use another one."),
    CeremonyFault.DUPLICATE: _("This passkey is set up already. Use another one."),
    CeremonyFault.SIGNATURE: _TRY_AGAIN,
    CeremonyFault.ATTESTATION: _(
        "What the manufacturer says about this passkey cannot be confirmed."
    ),
    CeremonyFault.MODEL: _("Passkeys of this model are not accepted here. Use another one."),
    CeremonyFault.NOT_TRUSTED: _(
        "This passkey would not be accepted here: its manufacturer is not trusted, or it can be"
        " copied to other devices. Use another one, such as a security key that you were given."
    ),
    CeremonyFault.USER_HANDLE: _TRY_AGAIN,
}
"""Sentences for all but a wrong code, whose sentence counts what is left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """When something may be tried again: the time for people, the seconds for the countdown.
    `for_all` is false where only the same way has to wait, and another may be taken at once."""

    until: datetime
    seconds: int
    for_all: bool = True

    @classmethod
    def of(cls, seconds: int, *, now: datetime, for_all: bool = True) -> Self | None:
        """So many seconds from `now`; None for none."""
        until = now + timedelta(seconds=seconds)
        return cls(until=until, seconds=seconds, for_all=for_all) if seconds else None


def start_refused(reason: WhyNotStarted) -> str:
    """Why no code was sent, or why a step-up cannot be begun."""
    return str(reason_text(reason) if isinstance(reason, Reason) else NOT_STARTED[reason])


def problem(code: PageProblem | WhyNotStarted) -> str:
    """Why a page cannot go on."""
    return str(PROBLEMS[code]) if isinstance(code, PageProblem) else start_refused(code)


def rejected(answer: Rejected) -> str:
    """Why an answer did not count, and what to do."""
    if answer.reason is not AnswerReason.WRONG:
        return str(REJECTED[answer.reason])
    return ngettext(
        "That code is not right. %(n)d try left.",
        "That code is not right. %(n)d tries left.",
        answer.attempts_left,
    ) % {"n": answer.attempts_left}
