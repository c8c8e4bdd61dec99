"""Codes of ours in events and deliveries, in words for those who read the log.

What is kept stays a code, so that it can be counted and compared; only the admin translates it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from otpguard.admin.base import NOTHING
from otpguard.core.breached_password import PasswordList
from otpguard.core.federation.grade import IdpReason
from otpguard.core.federation.security_event import EventFault
from otpguard.core.limits import Lane
from otpguard.core.outcome import Failure, FailureScope
from otpguard.core.password_reset import ResetNeed, WithheldReason
from otpguard.core.reasons import AnswerReason, CeremonyFault, FormReason, StartReason
from otpguard.core.release.terms import ReleaseFailure
from otpguard.core.risk import RiskReason
from otpguard.core.risk_words import TO_OPERATORS
from otpguard.flows.federation.accept import SignInFault
from otpguard.flows.release.hold import HoldCause
from otpguard.labels import REASONS, Text

FAILURES: Mapping[Failure, Text] = {
    Failure.INVALID_NUMBER: _("the number does not exist"),
    Failure.LANDLINE_OR_UNREACHABLE: _("a landline, or out of reach"),
    Failure.CHANNEL_UNAVAILABLE: _("this channel does not reach the number"),
    Failure.FRAUD_BLOCKED: _("the vendor calls it fraud"),
    Failure.GEO_BLOCKED: _("the vendor does not send to this country"),
    Failure.CARRIER_FILTERED: _("the carrier filtered it out"),
    Failure.NOT_REGISTERED: _("the sender is not registered"),
    Failure.OPTED_OUT: _("the person has stopped messages"),
    Failure.RATE_LIMITED: _("the vendor limits our rate"),
    Failure.CONFLICT_OPEN: _("the vendor still has an earlier code open"),
    Failure.WRONG_CODE: _("wrong code"),
    Failure.CHECKS_EXHAUSTED: _("too many tries at the vendor"),
    Failure.EXPIRED_OR_GONE: _("expired or unknown at the vendor"),
    Failure.AUTH_CONFIG: _("the vendor refuses our credentials or settings"),
    Failure.BALANCE: _("the balance at the vendor is used up"),
    Failure.TRANSIENT: _("a temporary fault"),
    Failure.UNKNOWN_OUTCOME: _("no answer: it may have been sent"),
}
"""Why a message was not sent or did not arrive."""

STARTS: Mapping[StartReason, Text] = {
    StartReason.FOREIGN: _("somebody else's challenge"),
    StartReason.SESSION_ENDED: _("the login session has ended"),
    StartReason.STALE_LOGIN: _("logged in too long ago"),
    StartReason.ALREADY_PROVEN: _("confirmed already"),
    StartReason.PROOF_NEEDED: _("another factor must be confirmed first"),
    StartReason.FACTOR_NOT_ACCEPTABLE: _("the policy does not accept this factor"),
    StartReason.FACTOR_LOCKED: _("the factor is locked"),
    StartReason.ALREADY_BOUND: _("set up already"),
    StartReason.SWITCHED_OFF: _("an operator has switched it off"),
    StartReason.TOO_MANY_FACTORS: _("too many factors"),
    StartReason.NO_ROUTE: _("no route reaches the number"),
    StartReason.NUMBER_NOT_ALLOWED: _("this kind of number is not allowed"),
    StartReason.NO_CONSENT: _("consent is missing"),
    StartReason.REVOKED: _("access was revoked meanwhile"),
    StartReason.CLOSED: _("the challenge is over"),
    StartReason.NO_SENDS_LEFT: _("no message is left for this challenge"),
    StartReason.WAIT: _("asked too soon after failures"),
    StartReason.TOO_EARLY: _("sent again too soon"),
    StartReason.CAP_SESSION: _("too many codes in this login session"),
    StartReason.CAP_BROWSER: _("too many codes from this browser"),
    StartReason.CAP_IP: _("too many codes from this IP address"),
    StartReason.CAP_FACTOR: _("too many codes for this factor"),
    StartReason.CAP_NUMBER: _("too many codes to this number"),
    StartReason.CAP_ENROLLMENT: _("too many new numbers"),
    StartReason.CAP_TENANT: _("too many codes in this organization"),
    StartReason.CAP_SITE: _("too many codes on the whole site"),
    StartReason.SIM_CHANGED: _("the SIM card was changed lately"),
    StartReason.NUMBER_REASSIGNED: _("the number may have a new owner"),
    StartReason.CAP_MAILBOX: _("too many links to this mailbox"),
    StartReason.FORM_AGAIN: _("the form must be sent again"),
    StartReason.EMAIL_FIRST: _("a link in an e-mail must be opened first"),
    StartReason.PROOF_OF_WORK: _("the browser must solve a puzzle first"),
    StartReason.ANOTHER_WAY: _("sent to another way to confirm"),
}
"""Why no challenge was started; OPTED_OUT has the words of the failure."""

ANSWERS: Mapping[AnswerReason, Text] = {
    AnswerReason.WRONG: _("wrong answer"),
    AnswerReason.CLOCK: _("the clock of the app is off"),
    AnswerReason.EXPIRED: _("expired"),
    AnswerReason.EXHAUSTED: _("all tries are used up"),
    AnswerReason.USED: _("used already"),
    AnswerReason.CANCELED: _("canceled"),
    AnswerReason.LOCKED: _("locked after too many failures"),
    AnswerReason.UNKNOWN: _("unknown"),
    AnswerReason.TRIES_USED: _("all tries at the vendor are used up"),
    AnswerReason.GONE: _("the vendor does not know the code any more"),
    AnswerReason.UNAVAILABLE: _("the vendor did not answer"),
    AnswerReason.NUMBER_OVERUSED: _("the number serves too many organizations"),
}
"""Why an answer did not count; WAIT has the words of a start."""

CEREMONIES: Mapping[CeremonyFault, Text] = {
    CeremonyFault.MALFORMED: _("the answer cannot be read"),
    CeremonyFault.STATE: _("no ceremony was open"),
    CeremonyFault.ORIGIN: _("answered on another site"),
    CeremonyFault.RELYING_PARTY: _("made for another site"),
    CeremonyFault.CHALLENGE: _("an answer to another question"),
    CeremonyFault.CROSS_ORIGIN: _("asked from within another site"),
    CeremonyFault.NOT_PRESENT: _("nobody touched the device"),
    CeremonyFault.NOT_VERIFIED: _("the device did not check its holder"),
    CeremonyFault.ALGORITHM: _("an algorithm that was not asked for"),
    CeremonyFault.BACKUP_FLAGS: _("its flags of synchronization contradict each other"),
    CeremonyFault.BACKUP_CHANGED: _("it says differently whether it can be synced"),
    CeremonyFault.UNKNOWN_CREDENTIAL: _("a passkey that we do not know"),
    CeremonyFault.DUPLICATE: _("the passkey is set up already"),
    CeremonyFault.SIGNATURE: _("the signature does not fit"),
    CeremonyFault.ATTESTATION: _("the statement of its maker does not fit"),
    CeremonyFault.MODEL: _("a model that is not allowed"),
    CeremonyFault.NOT_TRUSTED: _("no trusted maker vouches for it"),
    CeremonyFault.USER_HANDLE: _("a passkey of another account"),
}
"""Why a passkey's answer was refused."""

FORMS: Mapping[FormReason, Text] = {
    FormReason.OTHER_TENANT: _("in another organization"),
    FormReason.OTHER_PATH: _("for another page"),
}
"""Why a kept form was not sent on; the others have the words of an answer."""

LANES: Mapping[Lane, Text] = {
    Lane.KNOWN: _("known device"),
    Lane.OPEN: _("any other device"),
}
"""Which count a failure went to."""

SCOPES: Mapping[FailureScope, Text] = {
    FailureScope.ACCOUNT: _("the whole account"),
    FailureScope.COUNTRY: _("one country"),
    FailureScope.SENDER: _("one sender"),
    FailureScope.NUMBER: _("one number"),
}
"""What a failure concerns."""

RELEASES: Mapping[ReleaseFailure, Text] = {
    ReleaseFailure.JOB: _("the data could not be read"),
    ReleaseFailure.STORAGE: _("the file could not be kept"),
    ReleaseFailure.WORKER: _("no worker finished it"),
    ReleaseFailure.ROLE: _("the person has lost a role"),
    ReleaseFailure.APPROVAL: _("it was not approved"),
}
"""Why there is no file."""

SIGN_INS: Mapping[SignInFault | IdpReason, Text] = {
    SignInFault.PROVIDER_OFF: _("the identity provider is switched off"),
    SignInFault.FOREIGN: _("a statement of another issuer"),
    SignInFault.OTHER_PERSON: _("another person's sign-in"),
    SignInFault.REPLAYED: _("a statement that was used before"),
    SignInFault.SESSION_ENDED: _("the login session has ended"),
    SignInFault.SIGNALED: _("a sign-in before what the provider has told of since"),
    IdpReason.SAYS_NOTHING: _("the provider does not say how"),
    IdpReason.NOT_ACCEPTED: _("it shows no second factor that is accepted"),
    IdpReason.NO_TIME: _("the provider does not say when"),
    IdpReason.TOO_OLD: _("the sign-in is too old"),
    IdpReason.AHEAD: _("the sign-in lies in the future"),
}
"""Why a sign-in at an identity provider proves nothing."""

SIGNALS: Mapping[EventFault, Text] = {
    EventFault.INVALID_REQUEST: _("no event that can be read, too old, or of an unknown kind"),
    EventFault.INVALID_KEY: _("signed with an algorithm or a key that does not count"),
    EventFault.INVALID_ISSUER: _("an event of another issuer"),
    EventFault.INVALID_AUDIENCE: _("an event for another audience"),
    EventFault.INVALID_STATE: _("a verification with another state"),
    EventFault.AUTHENTICATION_FAILED: _("a wrong signature"),
}
"""Why a security event was refused."""

_SENTENCES: Mapping[str, Text] = {
    "poll": _("the poll was not answered"),
    "keys": _("the keys of the provider cannot be read"),
    "link": _("by the link of a notice"),
    "by the person": _("by the person"),
    "by the visitor": _("by the visitor"),
    "tenant suspended": _("organization suspended"),
    "tenant removed": _("organization removed"),
    "person removed": _("person removed"),
    "journal": _("journal of erasures"),
    "membership ended": _("membership ended"),
    "role lost": _("role lost"),
    "session ended": _("session ended"),
    "session repudiated": _("session repudiated"),
    "reset repudiated": _("reset repudiated"),
    "e-mail address restored": _("e-mail address restored"),
    "without another confirmation": _("without another confirmation"),
    "restored by the old mailbox": _("restored by the old mailbox"),
    "superseded": _("superseded"),
    "revoked meanwhile": _("revoked meanwhile"),
    "the factor was bound again": _("the factor was bound again"),
    "another factor was bound": _("another factor was bound"),
    "too many unconfirmed": _("too many unconfirmed"),
    "too many failures": _("too many failures"),
    "the number was replaced": _("the number was replaced"),
    "asked for by the person": _("asked for by the person"),
    "no receipt in time": _("no receipt in time"),
    "a vendor calls it fraud": _("a vendor calls it fraud"),
    "slow responses": _("slow responses"),
    "the route is paused": _("the route is paused"),
    "the route is switched off": _("the route is switched off"),
    "every route is paused or switched off": _("every route is paused or switched off"),
    "the template is not approved": _("the template is not approved"),
    "the person has stopped messages to this number": _(
        "the person has stopped messages to this number"
    ),
    "the vendor asks to wait": _("the vendor asks to wait"),
    "the campaign's throughput is used up": _("the campaign's throughput is used up"),
    "the message cannot name what is signed": _("the message cannot name what is signed"),
    "account closure": _("the account was closed"),
    "the e-mail address was changed": _("the e-mail address was changed"),
    "no e-mail address": _("no e-mail address"),
    "no provider is configured for this channel": _("no provider is configured for this channel"),
    "provider is not configured any more": _("provider is not configured any more"),
    "the provider is configured differently now": _("the provider is configured differently now"),
    "no worker finished it": _("no worker finished it"),
    "the host's directory": _("the host's directory"),
    "the account": _("the account"),
}
"""What our own code gives as a reason."""


RESETS: Mapping[ResetNeed | WithheldReason, Text] = {
    ResetNeed.PROOF: _("a factor must be confirmed first"),
    ResetNeed.NOTHING: _("nothing is missing"),
    ResetNeed.EMAIL_ONLY: _("the e-mail is enough"),
    ResetNeed.ADMINISTRATOR: _("only an administrator can"),
    WithheldReason.NO_ACCOUNT: _("no account that has a password"),
    WithheldReason.TOO_LATE: _("the worker came too late"),
    WithheldReason.UNREADABLE: _("its key is not configured any more"),
}
"""Why a password was not reset, or no link was sent."""

RISKS: Mapping[RiskReason, Text] = {reason: _(text) for reason, text in TO_OPERATORS.items()}
"""Why a login is risky."""

PASSWORD_LISTS: Mapping[PasswordList, Text] = {
    PasswordList.RANGE: _("the list of breached passwords did not answer"),
    PasswordList.FILE: _("the file of breached passwords cannot be read"),
}
"""Why a new password was not checked."""

_CODE = re.compile(r"[a-z]+(_[a-z]+)+")
_TABLES: tuple[Mapping[Any, Text], ...] = (
    FAILURES,
    STARTS,
    ANSWERS,
    CEREMONIES,
    FORMS,
    LANES,
    SCOPES,
    RELEASES,
    SIGN_INS,
    SIGNALS,
    REASONS,
    RESETS,
    RISKS,
    PASSWORD_LISTS,
)
_WORDS: Mapping[str, Text] = {
    **{str(code): text for table in reversed(_TABLES) for code, text in table.items()},
    **_SENTENCES,
}


_BEFORE_A_COLON: Mapping[str, Text] = {
    "receipt": _("receipt: %(what)s"),
    HoldCause.NEW_ROLE: _("new role: %(what)s"),
    HoldCause.RESET: _("factor reset: %(what)s"),
    HoldCause.EMAIL_ONLY: _("password reset: %(what)s"),
    HoldCause.LOGIN_LINK: _("login by a link: %(what)s"),
    HoldCause.EMAIL_CHANGED: _("e-mail address: %(what)s"),
    HoldCause.BILLING_LOCK: _("billing lock: %(what)s"),
}


def code_words(code: str) -> str:
    """A code or a reason of ours in words; what a person or a vendor has said is shown as it is.

    A code that no table knows, such as one of another release, is shown with spaces.
    """
    if code in _WORDS:
        return str(_WORDS[code])
    said, _colon, rest = code.partition(": ")
    if said in _BEFORE_A_COLON:
        return str(_BEFORE_A_COLON[said]) % {"what": code_words(rest)}
    return code.replace("_", " ") if _CODE.fullmatch(code) else code


def code_column(name: str, label: Any) -> Callable[[Any, Any], str]:  # noqa: ANN401 (Text, in the words of django-stubs)
    """A method of a model admin that shows the column `name` in words."""

    @admin.display(description=label)
    def shown(_admin: Any, obj: Any) -> str:  # noqa: ANN401 (any admin, any row)
        return code_words(getattr(obj, name)) or NOTHING

    return shown
