"""The mailed code that stands beside a saved recovery code, as the choosing page offers it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from otpguard.core.assurance import FactorKind
from otpguard.core.decision import Reason
from otpguard.core.phone import mask_email
from otpguard.factors.phone import is_bound_email
from otpguard.flows.account import email_of
from otpguard.flows.standing import Standing
from otpguard.models.factor import FACTORS


@dataclass(frozen=True, slots=True, kw_only=True)
class MailChoice:
    """The recovery factor to name, and where its code would go, masked."""

    factor: str
    destination: str


def without_recovery(factors: tuple[str, ...]) -> tuple[str, ...]:
    """The ids of `factors` that are not saved codes, in their order."""
    rows = FACTORS.filter(pk__in=[UUID(identity) for identity in factors])
    saved = {
        str(pk) for pk in rows.filter(kind=FactorKind.RECOVERY.value).values_list("pk", flat=True)
    }
    return tuple(identity for identity in factors if identity not in saved)


def mail_choice(standing: Standing) -> MailChoice | None:
    """The offer, or None: no saved code was shown yet, or the address is not the one of old."""
    if standing.reason is not Reason.RECOVERY_INCOMPLETE:
        return None
    rows = FACTORS.filter(pk__in=[UUID(identity) for identity in standing.factors])
    factor = rows.filter(kind=FactorKind.RECOVERY.value).first()
    if factor is None:
        return None
    email = email_of(factor.user_id)
    if not is_bound_email(factor, email):
        return None
    return MailChoice(factor=str(factor.pk), destination=mask_email(email))
