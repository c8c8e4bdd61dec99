"""The form that a stranger sends: give it a token, and find out what it showed when it comes back.

Both happen before the transaction of a start; what was used is spent inside it.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from otpguard import vault
from otpguard.conf import settings
from otpguard.core.pumping.attempt import FormFacts
from otpguard.core.pumping.visitor_form.behavior import parse_behavior
from otpguard.core.pumping.visitor_form.form_token import (
    FORM_LIFE,
    FormFault,
    FormPlace,
    FormToken,
    filled_ms,
    form_fault,
    parse_form_token,
)
from otpguard.core.pumping.visitor_form.work import CaptchaAnswer, level_that_counts
from otpguard.core.secrets import keyed_digest
from otpguard.flows.pumping.visitor_form.spend import Spend
from otpguard.flows.pumping.visitor_form.work import verify_work
from otpguard.intel.captcha import LONGEST_ANSWER, captcha
from otpguard.vault import UndecryptableError

LONGEST_TOKEN = 2_048
_OPENED = timedelta(days=1)
"""How old a token may be to be read at all: an old one still says when its form was shown."""

_PASSED = {CaptchaAnswer.PASSED: True, CaptchaAnswer.FAILED: False}
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFields:
    """The fields of a form beside the number, as they came. All are empty if they did not."""

    token: str = field(default="", repr=False)
    honeypot: str = field(default="", repr=False)
    work: str = field(default="", repr=False)
    captcha: str = field(default="", repr=False)
    fingerprint: str = field(default="", repr=False)
    behavior: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedForm:
    """What a form showed. `token` is None unless we made it; `fault` is why it does not count.
    `spends` are used up if the send starts."""

    facts: FormFacts
    token: FormToken | None = None
    fault: FormFault | None = None
    spends: tuple[Spend, ...] = ()


def issue_form_token(place: FormPlace, *, now: datetime, after: CheckedForm | None = None) -> str:
    """A token for a form that is shown at `place` now. `after` is what the same form showed just
    before: then the time when it was first shown and the fingerprint are kept."""
    before = after.token if after is not None and _is_same_form(after, place) else None
    token = FormToken(
        key=secrets.token_urlsafe(16),
        place=place,
        issued_at=now,
        shown_at=before.shown_at if before is not None else now,
        fingerprint=after.facts.fingerprint if before is not None and after is not None else "",
    )
    return vault.encrypt_token(vault.FORM, token.dump())


def place_of_token(raw: str) -> FormPlace | None:
    """The place that a token of ours names, whether it still counts or not; None for others. On
    another origin it is the only thing that tells one browser from the next."""
    token = _opened(raw)
    return None if token is None else token.place


def check_form(sent: FormFields, place: FormPlace, *, client_ip: str, now: datetime) -> CheckedForm:
    """What a form that was sent at `place` showed.

    Asks the vendor of the hosted captcha if there is one and its answer came along, within its
    deadline; call it outside of a transaction. Raises nothing for what a stranger can send.
    """
    token = _opened(sent.token)
    fault = form_fault(token, place, now=now)
    if token is None or fault is not None:
        facts = FormFacts(
            checked=True,
            honeypot_filled=bool(sent.honeypot),
            filled_ms=None if token is None else filled_ms(token, now=now),
            fingerprint="" if token is None else token.fingerprint,
        )
        return CheckedForm(facts=facts, token=token, fault=fault)
    here = token.place
    work = verify_work(sent.work, here, now=now)
    answered = _ask_captcha(sent.captcha, here.source, client_ip)
    behavior = parse_behavior(sent.behavior) if settings().form_behavior else None
    facts = FormFacts(
        checked=True,
        token_valid=True,
        work_level=level_that_counts(work.level if work is not None else 0, answered),
        captcha_passed=_PASSED.get(answered),
        honeypot_filled=bool(sent.honeypot),
        filled_ms=filled_ms(token, now=now),
        fingerprint=token.fingerprint or _fingerprint(sent.fingerprint),
        behavior=behavior,
    )
    spent = Spend.of("form", token.key, expires_at=token.issued_at + FORM_LIFE)
    spends = (spent,) if work is None else (spent, work.spend)
    return CheckedForm(facts=facts, token=token, spends=spends)


def _is_same_form(after: CheckedForm, place: FormPlace) -> bool:
    if after.token is None:
        return False
    mine = after.token.place
    return (mine.source, mine.tenant, mine.origin) == (place.source, place.tenant, place.origin)


def _opened(raw: str) -> FormToken | None:
    if not raw or len(raw) > LONGEST_TOKEN:
        return None
    try:
        return parse_form_token(vault.decrypt_token(vault.FORM, raw, max_age=_OPENED))
    except UndecryptableError:
        return None


def _ask_captcha(answer: str, source: str, client_ip: str) -> CaptchaAnswer:
    vendor = captcha()
    if vendor is None:
        return CaptchaAnswer.OFF
    if not answer:
        return CaptchaAnswer.MISSING
    if len(answer) > LONGEST_ANSWER:
        return CaptchaAnswer.FAILED
    passed = vendor.verify(answer, source=source, client_ip=client_ip)
    if passed is None:
        return CaptchaAnswer.UNKNOWN
    return CaptchaAnswer.PASSED if passed else CaptchaAnswer.FAILED


def _fingerprint(raw: str) -> str:
    """Keyed, so that no table says what a device is; empty for what our script has not made."""
    if not _FINGERPRINT.fullmatch(raw):
        return ""
    return keyed_digest(vault.key_for(vault.FINGERPRINT), raw.encode())
