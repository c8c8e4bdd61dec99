"""Telephone numbers as factors: making one, finding one, and where its codes can go."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from otpguard import vault
from otpguard.core.assurance import Channel, FactorKind
from otpguard.core.phone import PhoneNumber, is_land_line, mask, mask_email
from otpguard.core.secrets import same
from otpguard.models import Factor, Tenant
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

    `email` is the person's address now; without one, its codes never fall back to e-mail.
    """
    indexes = vault.blind_indexes(number.e164)
    return Factor(
        user_id=user_id,
        tenant=tenant,
        kind=FactorKind.PHONE.value,
        name=name or mask(number.e164),
        secret=number.e164,
        phone_index=indexes[0],
        phone_index_old=indexes[1] if len(indexes) > 1 else "",
        email_index=email_index(email),
    )


def email_index(email: str) -> str:
    """The blind index of an address, whatever its case; empty for none."""
    return vault.blind_indexes(email.lower())[0] if email else ""


def is_bound_email(factor: Factor, email: str) -> bool:
    """True for the address that the person had when the factor was bound."""
    if not factor.email_index or not email:
        return False
    return any(same(factor.email_index, index) for index in vault.blind_indexes(email.lower()))


def holders_of(number: PhoneNumber) -> QuerySet[Factor]:
    """Every factor with this number, under the current and the retiring index key (C16)."""
    indexes = vault.blind_indexes(number.e164)
    return FACTORS.filter(Q(phone_index__in=indexes) | Q(phone_index_old__in=indexes))


def reachable(factor: Factor, *, email: str) -> frozenset[Channel]:
    """The channels a factor's code can take: the number's, and its bound address as the last.

    A land line is called.
    A code that is to confirm a number must reach that number, not a mailbox.
    """
    by_email = factor.confirmed and is_bound_email(factor, email)
    held = factor.secret
    number = held if isinstance(held, str) else held.reveal()
    by_number = _BY_VOICE if is_land_line(number) else _BY_NUMBER
    return by_number | {Channel.EMAIL} if by_email else by_number


def masked_destination(channel: Channel, *, number: str, email: str) -> str:
    """Where a code over `channel` goes, as it may be shown."""
    return mask_email(email) if channel is Channel.EMAIL else mask(number)


def reindex(factors: Iterable[Factor]) -> list[Factor]:
    """The phone factors with number and indexes re-made under the current keys, unsaved."""
    moved = []
    for factor in factors:
        number = factor.secret.reveal()
        indexes = vault.blind_indexes(number)
        factor.secret = number
        factor.phone_index = indexes[0]
        factor.phone_index_old = indexes[1] if len(indexes) > 1 else ""
        email = str(getattr(factor.user, factor.user.get_email_field_name(), "") or "")
        if is_bound_email(factor, email):
            factor.email_index = email_index(email)
        moved.append(factor)
    return moved
