"""Check a code for a service, or give a verification up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from django.db.models import Q

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.challenge.answer import Rejected
from otpguard.flows.challenge.close import cancel_challenge
from otpguard.flows.number.answer import NumberProven, answer_number_challenge
from otpguard.models import Verification
from otpguard.store_errors import STORE_ERRORS


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Whether a code was right; if not, why and how many tries are left."""

    verified: bool
    reason: StrEnum | None = None
    attempts_left: int = 0


def find_verification(*, facts: RequestFacts, verification_id: UUID) -> Verification | None:
    """A verification of the tenant of the request. Raises StoreUnavailable."""
    if not facts.tenant:
        return None
    rows = Verification.objects.select_related("challenge").exclude(challenge=None)
    try:
        return rows.filter(Q(tenant=facts.tenant), pk=verification_id).first()
    except STORE_ERRORS as error:
        raise StoreUnavailable("the verification cannot be read") from error


def check_verification(*, facts: RequestFacts, verification: Verification, code: str) -> Checked:
    """Verify one answer, as that of a visitor. A right one counts once, and proves the number only.

    Runs transactions of its own. Raises as `answer_number_challenge`.
    """
    assert verification.challenge_id is not None  # noqa: S101 (find_verification finds no other)
    answered = answer_number_challenge(
        facts=replace(facts, browser=verification.browser),
        challenge_id=verification.challenge_id,
        given=code,
    )
    if isinstance(answered, NumberProven):
        return Checked(verified=True)
    rejected: Rejected = answered
    return Checked(
        verified=False, reason=rejected.reason, attempts_left=rejected.attempts_left or 0
    )


def cancel_verification(*, facts: RequestFacts, verification: Verification) -> bool:
    """Give up one that is open; False if it had ended. Locks its challenge; commits."""
    assert verification.challenge is not None  # noqa: S101 (find_verification finds no other)
    return cancel_challenge(
        facts=replace(facts, browser=verification.browser),
        challenge=verification.challenge,
        reason="canceled by the service",
    )
