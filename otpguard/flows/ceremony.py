"""Begin a passkey ceremony on a challenge, and begin it anew after a try that failed.

Its state serves one answer (A22): a right one closes the challenge, any other gets a new state.
"""

from __future__ import annotations

from django.contrib.auth import get_user_model

from otpguard.core.assurance import AssuranceLevel, FactorKind
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy, UserVerification
from otpguard.factors import passkey_rows
from otpguard.models import Challenge
from otpguard.models.factor import FACTORS


def enrolling(facts: RequestFacts, policy: Policy) -> str:
    """The ceremony that makes a new passkey for the person of `facts`."""
    user = get_user_model()._default_manager.get(pk=facts.user)  # noqa: SLF001 (Django's own)
    own = FACTORS.filter(user=facts.user, kind=FactorKind.PASSKEY.value, confirmed=True)
    return passkey_rows.begin_enrollment(
        party=passkey_rows.party_of(facts),
        user_id=facts.user,
        account=user.get_username(),
        own=own,
        verify=must_verify(policy),
    )


def proving(facts: RequestFacts, factors: tuple[str, ...], policy: Policy) -> str:
    """The ceremony that proves any of the passkeys among `factors`."""
    own = FACTORS.filter(pk__in=factors, kind=FactorKind.PASSKEY.value, user=facts.user)
    return passkey_rows.begin_proof(
        party=passkey_rows.party_of(facts), own=own, verify=must_verify(policy)
    )


def must_verify(policy: Policy) -> bool:
    """Whether the passkey has to check its holder here: always at AAL3, else as the policy asks."""
    return (
        policy.required_level is AssuranceLevel.AAL3
        or policy.user_verification is UserVerification.REQUIRED
    )


def renew(facts: RequestFacts, challenge: Challenge) -> None:
    """Give an open challenge a new state, for the same passkeys. Joins the transaction."""
    challenge.ceremony = passkey_rows.begin_again(challenge, facts=facts)
    challenge.save(update_fields=["ceremony"])
