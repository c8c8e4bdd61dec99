"""Saved recovery codes: ten, shown once, kept as digests, each used once.

A code has 120 bits, above the 112 from which NIST SP 800-63B-4, 3.1.2.2 and OWASP ASVS 5.0, 6.5.2
are content with a plain digest; so finding one is an indexed look-up. Weaker ones, taken over from
elsewhere, lie there as password hashes and are tried one by one.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.contrib.auth.hashers import check_password
from django.utils.translation import gettext as _

from otpguard.core.codes import normalize_code
from otpguard.core.facts import RequestFacts
from otpguard.core.reasons import AnswerReason, StartReason
from otpguard.core.secrets import HiddenText
from otpguard.core.shipped_kinds import BY_SAVED_CODE, RECOVERY
from otpguard.exceptions import StartRefused
from otpguard.factors.base import FactorDriver, Given, Missed, Shown
from otpguard.labels import Text
from otpguard.models import Challenge, Factor, RecoveryCode

COUNT = 10
LENGTH = 24
GROUP = 4
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O and U, which people take for something else."""

_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def build(*, user_id: str) -> Factor:
    """An unsaved, confirmed recovery factor; its codes come from `replace_codes`."""
    return Factor(user_id=user_id, kind=RECOVERY.slug, confirmed=True)


def replace_codes(factor: Factor) -> tuple[str, ...]:
    """Delete the codes of a saved factor and make new ones; returns them, for this one time.

    Joins the caller's transaction.
    """
    made = tuple("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)) for _ in range(COUNT))
    RecoveryCode.objects.filter(factor=factor).delete()
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, digest=_digest(factor, code)) for code in made
    )
    return tuple(spelled(code) for code in made)


def spelled(code: str) -> str:
    """A code in groups of four, as it is shown."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def normalize(given: str) -> HiddenText:
    """What a person typed, without blanks and dashes, in capitals, common misreadings undone."""
    bare = "".join(char for char in normalize_code(given).upper() if char.isalnum())
    return HiddenText(bare.translate(_MISREAD))


def left(factor: Factor) -> int:
    """How many codes are unused."""
    return RecoveryCode.objects.filter(factor=factor, used_at=None).count()


def verify(factor: Factor, given: str, *, now: datetime) -> Shown | Missed:
    """Whether `given` is one of the unused codes. "used" for one that was."""
    row = _find(factor, given)
    if row is None:
        return Missed()
    if row.used_at is not None:
        return Missed(reason=AnswerReason.USED)
    return Shown(method=BY_SAVED_CODE, spend=partial(_spend, row, now), factor=str(factor.pk))


def _spend(row: RecoveryCode, now: datetime) -> bool:
    return bool(RecoveryCode.objects.filter(pk=row.pk, used_at=None).update(used_at=now))


def _find(factor: Factor, given: str) -> RecoveryCode | None:
    codes = RecoveryCode.objects.filter(factor=factor)
    found = codes.filter(digest=_digest(factor, normalize(given))).first()
    if found is not None:
        return found
    # Those of django-otp are small letters; an operator may have typed others.
    stripped, read = HiddenText(given.strip()), normalize_code(given)
    spellings = {stripped, HiddenText(stripped.lower()), HiddenText(read.lower())}
    hashed = codes.filter(digest__contains="$")
    return next(
        (row for row in hashed if any(check_password(each, row.digest) for each in spellings)),
        None,
    )


def _digest(factor: Factor, code: str) -> str:
    return hashlib.sha256(f"{factor.pk.hex}\0{code}".encode()).hexdigest()


class RecoveryDriver(FactorDriver):
    """Saved codes, made by `flows.factor.recovery_codes`, ten at once, and never enrolled."""

    kind = RECOVERY
    challenge_template = "otpguard/recovery_code.html"
    answer_form = "otpguard.forms.factor.RecoveryCodeForm"

    def build(self, _facts: RequestFacts, _given: Given, /) -> Factor:
        """Always refused: a set of codes is not enrolled like other factors."""
        raise StartRefused(StartReason.FACTOR_NOT_ACCEPTABLE)

    def verify(
        self, _challenge: Challenge, factor: Factor, given: str, /, *, now: datetime
    ) -> Shown | Missed:
        """See `verify` of this module."""
        return verify(factor, given, now=now)

    def details_of(self, factor: Factor, /) -> Sequence[tuple[Text, str]]:
        """How many are unused."""
        return [(_("codes left"), str(left(factor)))]
