"""What somebody who has opened the link must show before they set a new password."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.decision import Deny
from otpguard.core.facts import RequestFacts
from otpguard.core.password_reset import ADMIN_CHECKPOINT, CHECKPOINT, ResetNeed, reset_need
from otpguard.core.policy import Policy
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.checkpoint.evaluate import evaluate_request, evidence_of, policy_of
from otpguard.models import ResetLink
from otpguard.models.factor import FACTORS
from otpguard.store_errors import STORE_ERRORS
from otpguard.tenants.administrators import is_admin_anywhere


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetState:
    """What is missing, at which checkpoint, and the policy in force there."""

    need: ResetNeed
    checkpoint: str
    policy: Policy


def reset_checkpoint(user: AbstractBaseUser) -> str:
    """The variant for administrators if the person has such a role in any tenant, by our rows or by
    the host's directory, or is of the site's staff; the usual one for others. Raises
    StoreUnavailable."""
    if getattr(user, "is_staff", False) or getattr(user, "is_superuser", False):
        return ADMIN_CHECKPOINT
    return ADMIN_CHECKPOINT if is_admin_anywhere(user.pk) else CHECKPOINT


def state_of_reset(facts: RequestFacts, user: AbstractBaseUser) -> ResetState:
    """Evaluate a reset as it is now, by the strictest policy of all memberships (C26).

    `facts` are those of the reset itself, outside any tenant: its own session id, and the link as
    what was shown before. Only factors of the person's own count; one that a tenant gave out goes
    on guarding that tenant. Raises StoreUnavailable.
    """
    named = reset_checkpoint(user)
    checkpoint = checkpoint_named(named)
    evidence = evidence_of(facts, checkpoint)
    if isinstance(evidence, Deny):
        raise StoreUnavailable("a reset without a person")
    policy = policy_of(facts, checkpoint, evidence)
    decision = evaluate_request(facts, checkpoint, policy=policy, evidence=evidence, intent="")
    try:
        enrolled = FACTORS.filter(Q(user_id=user.pk), tenant=None, confirmed=True).exists()
        permitted = ResetLink.objects.permitted(user=user.pk, now=facts.now).exists()
    except STORE_ERRORS as error:
        raise StoreUnavailable("the factors cannot be read") from error
    need = reset_need(
        decision,
        enrolled=enrolled,
        without=policy.reset_without_factor,
        permitted=permitted,
    )
    return ResetState(need=need, checkpoint=named, policy=policy)
