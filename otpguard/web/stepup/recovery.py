"""The code by e-mail that completes a recovery, as the choosing page offers it."""

from __future__ import annotations

from dataclasses import dataclass

from otpguard.core.decision import Reason
from otpguard.core.phone import mask_email
from otpguard.core.shipped_kinds import RECOVERY
from otpguard.factors.phone import bound_email
from otpguard.flows.checkpoint.step_up_options import StepUpOptions
from otpguard.models import Factor


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailChoice:
    """The recovery factor to name, and where its code would go, masked."""

    factor: str
    destination: str


def without_recovery(options: StepUpOptions) -> tuple[str, ...]:
    """The ids of the factors to offer that are not saved codes, in their order."""
    saved = {str(row.pk) for row in _saved_codes(options)}
    return tuple(identity for identity in options.factors if identity not in saved)


def email_choice(options: StepUpOptions) -> EmailChoice | None:
    """The offer, or None: no saved code was shown yet, or the e-mail address has changed."""
    if options.reason is not Reason.RECOVERY_INCOMPLETE:
        return None
    factor = next(iter(_saved_codes(options)), None)
    email = bound_email(factor, factor.user) if factor is not None else ""
    if factor is None or not email:
        return None
    return EmailChoice(factor=str(factor.pk), destination=mask_email(email))


def _saved_codes(options: StepUpOptions) -> list[Factor]:
    rows = [row for row in options.rows if row.kind == RECOVERY.slug]
    return [row for row in rows if str(row.pk) in options.factors]
