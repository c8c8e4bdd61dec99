"""Phone numbers as factors: making one, finding one, and where its codes can go."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q, QuerySet

from otpguard import vault
from otpguard.account import email_of
from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import (
    NumberFacts,
    PhoneNumber,
    mask_email,
    mask_phone,
    number_facts,
    spelled_phone,
)
from otpguard.core.reasons import StartReason
from otpguard.core.secrets import same
from otpguard.core.shipped_kinds import PHONE
from otpguard.exceptions import StartRefused
from otpguard.factors.base import FactorDriver, Given, Missed, Shown
from otpguard.models import Challenge, Factor, Tenant
from otpguard.models.factor import FACTORS

_BY_NUMBER = frozenset({Channel.SMS, Channel.WHATSAPP, Channel.VOICE})
_BY_VOICE = frozenset({Channel.VOICE})


def build(
    *,
    user_id: str,
    number: PhoneNumber,
    email: str = "",
    name: str = "",
    tenant: Tenant | None = None,
) -> Factor:
    """An unconfirmed, unsaved phone factor with its encrypted number and blind index.

    `email` is the person's e-mail address now; without one, its codes never fall back to e-mail.
    """
    indexes = vault.blind_indexes(number.e164)
    return Factor(
        user_id=user_id,
        tenant=tenant,
        kind=PHONE.slug,
        name=name or mask_phone(number.e164),
        secret=number.e164,
        phone_index=indexes[0],
        phone_index_old=indexes[1] if len(indexes) > 1 else "",
        email_index=email_index(email),
    )


def email_index(email: str) -> str:
    """The blind index of an e-mail address, whatever its case; empty for none."""
    return vault.blind_indexes(email.lower())[0] if email else ""


def is_bound_email(factor: Factor, email: str) -> bool:
    """True for the e-mail address that the person had when the factor was bound."""
    if not factor.email_index or not email:
        return False
    return any(same(factor.email_index, index) for index in vault.blind_indexes(email.lower()))


def bound_email(factor: Factor | None, user: AbstractBaseUser | None) -> str:
    """The e-mail address of the account, where codes of this factor may go to it; else empty."""
    email = email_of(user)
    return email if factor and is_bound_email(factor, email) else ""


def holders_of(number: str) -> QuerySet[Factor]:
    """Every factor with this number (E.164), under the current and the retiring index key (C16)."""
    indexes = vault.blind_indexes(number)
    return FACTORS.filter(Q(phone_index__in=indexes) | Q(phone_index_old__in=indexes))


def number_of(factor: Factor) -> str:
    """The number of a phone, saved or not. Raises UndecryptableError."""
    secret = factor.secret
    return secret if isinstance(secret, str) else secret.reveal()


def reachable(
    factor: Factor, *, email: str, known: NumberFacts | None = None
) -> frozenset[Channel]:
    """The channels a factor's code can take: the number's, then its bound e-mail address.

    A land line is called. A code that is to confirm a number must reach that number, not a mailbox.
    `known` is what the number says, if that was read already.
    """
    by_email = factor.confirmed and is_bound_email(factor, email)
    by_number = reachable_by_number(known or number_facts(number_of(factor)))
    return by_number | {Channel.EMAIL} if by_email else by_number


def reachable_by_number(said: NumberFacts) -> frozenset[Channel]:
    """The channels of a number, by what it says of itself."""
    return _BY_VOICE if said.is_land_line else _BY_NUMBER


def masked_destination(channel: Channel, *, number: str, email: str) -> str:
    """Where a code over `channel` goes, as it may be shown."""
    return mask_email(email) if channel is Channel.EMAIL else mask_phone(number)


def just_typed(challenge: Challenge) -> str:
    """The number in full, as people write it, while the code is to confirm a number that this login
    session, or this browser of a visitor, has just entered; else empty. Such a code goes to that
    number alone. The caller has checked whose challenge it is."""
    if challenge.user_id is None and challenge.browser:
        return spelled_phone(challenge.destination.reveal())
    factor = challenge.factor
    if factor is None or factor.kind != PHONE.slug or factor.confirmed or not challenge.enrolls:
        return ""
    return spelled_phone(challenge.destination.reveal())


def reindex(factors: Iterable[Factor]) -> list[Factor]:
    """The phone factors with number and indexes re-made under the current keys, unsaved."""
    moved = []
    for factor in factors:
        number = factor.secret.reveal()
        indexes = vault.blind_indexes(number)
        factor.secret = number
        factor.phone_index = indexes[0]
        factor.phone_index_old = indexes[1] if len(indexes) > 1 else ""
        email = email_of(factor.user)
        if is_bound_email(factor, email):
            factor.email_index = email_index(email)
        moved.append(factor)
    return moved


class PhoneDriver(FactorDriver):
    """Phone numbers. Their codes are sent and verified by the flows, with the vendors that carry
    them; without a code that was sent nothing can be right."""

    kind = PHONE
    challenge_template = "otpguard/code.html"
    answer_form = "otpguard.forms.challenge.AnswerForm"
    enrollment_template = "otpguard/includes/bind_number.html"
    enrollment_form = "otpguard.forms.phone.PhoneForm"

    def build(self, facts: RequestFacts, given: Given, /) -> Factor:
        """The number that was typed, with the account's e-mail address as it is now and the consent
        to messages. Raises StartRefused without one, if the site asks for it."""
        made = build(user_id=facts.user, number=given["number"], email=facts.email)
        wanted = settings().phone_consent
        if wanted is not None:
            if given.get("consent") != wanted.version:
                raise StartRefused(StartReason.NO_CONSENT)
            made.consent_version, made.consented_at = wanted.version, facts.now
        return made

    def verify(
        self,
        _challenge: Challenge,
        _factor: Factor,
        _given: str,
        /,
        *,
        now: datetime,  # noqa: ARG002 (the protocol's)
    ) -> Shown | Missed:
        """Missed: no code went out."""
        return Missed()

    def same_as(self, factor: Factor, /) -> QuerySet[Factor]:
        """The factors with that number."""
        return holders_of(number_of(factor))

    def hint_of(self, factor: Factor, /) -> str:
        """The number, masked."""
        return masked_destination(Channel.SMS, number=number_of(factor), email="")
