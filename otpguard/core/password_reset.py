"""The reset of a forgotten password: how long its link counts, and what it takes beside the link.

A link alone recovers only an account at AAL1, which is one with nothing enrolled
(NIST SP 800-63B-4, 4.2.2.1). A person with a way of confirming shows it as well (4.2.2.2), or an
administrator restores the account (4.2.2.3). What was enrolled and switched off still counts as
enrolled: else wrong answers, which switch a factor off, would open the shorter way.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

from otpguard.core.decision import Allow, Decision, Reason, RequireChallenge
from otpguard.core.policy_choices import WithoutFactor

CHECKPOINT = "password_reset"
ADMIN_CHECKPOINT = "password_reset.admin"

LINK_LIFE = timedelta(hours=1)
"""How long a link can be opened, and a job waits for its worker."""


class ResetNeed(StrEnum):
    """What is missing before a new password may be set."""

    PROOF = "proof_missing"
    """One of the factors that are enrolled."""

    NOTHING = "nothing_missing"
    """The factor was shown."""

    EMAIL_ONLY = "email_only"
    """There is no factor: the link does, and what is sensitive waits."""

    ADMINISTRATOR = "administrator"
    """Nothing the person has is enough."""


class WithheldReason(StrEnum):
    """Why a worker has sent no link."""

    NO_ACCOUNT = "no_account"
    TOO_LATE = "too_late"
    UNREADABLE = "unreadable"


def reset_need(
    decision: Decision, *, enrolled: bool, without: WithoutFactor, permitted: bool = False
) -> ResetNeed:
    """What is missing, by the decision at the checkpoint.

    `enrolled` says whether the person has ever confirmed a factor of their own that still stands,
    switched off or not. An `Allow` without a proof, of a policy that is off, is not enough for a
    person with a factor. `permitted` says that an operator lets this link through for a person
    without one; a person with a factor gets that factor reset instead.
    """
    if not enrolled:
        link_is_enough = permitted or without is WithoutFactor.EMAIL_AND_HOLD
        return ResetNeed.EMAIL_ONLY if link_is_enough else ResetNeed.ADMINISTRATOR
    if isinstance(decision, Allow) and decision.reason is Reason.PROVEN:
        return ResetNeed.NOTHING
    return ResetNeed.PROOF if isinstance(decision, RequireChallenge) else ResetNeed.ADMINISTRATOR


def opens_link(need: ResetNeed) -> bool:
    """Whether the new password may be set now."""
    return need in {ResetNeed.NOTHING, ResetNeed.EMAIL_ONLY}
