"""Read why somebody has to set up a way to confirm, for the pages that ask for it. Reads only."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core.assurance import AssuranceLevel
from otpguard.core.facts import RequestFacts
from otpguard.core.policy import Policy
from otpguard.core.set_up_reason import SetUpReason, SetUpReasons, reasons_to_set_up
from otpguard.factors.enrolled import live_factors, switched_off
from otpguard.flows.release.hold import HoldCause
from otpguard.models import FactorBlock, Hold
from otpguard.models.factor import DisabledBy

LATELY = timedelta(days=30)
"""For how long a reset is still told as the reason; later nobody remembers it."""

_OF_CAUSE = {HoldCause.RESET: SetUpReason.RESET, HoldCause.EMAIL_ONLY: SetUpReason.EMAIL_ONLY}


def what_was_lost(facts: RequestFacts) -> list[SetUpReason]:
    """What became of what the person of `facts` had, here. Three statements."""
    found = [*_resets(facts)]
    if facts.tenant:
        blocks = FactorBlock.objects.filter(Q(tenant=facts.tenant) & Q(factor__user=facts.user))
        found += [SetUpReason.BLOCKED] if blocks.exists() else []
    off = switched_off().filter(Q(tenant=None) | Q(tenant=facts.tenant or None), user=facts.user)
    by = set(off.order_by().values_list("disabled_by", flat=True))
    if DisabledBy.GUESSES in by:
        found.append(SetUpReason.LOCKED_OUT)
    if by - {DisabledBy.GUESSES}:
        found.append(SetUpReason.SWITCHED_OFF)
    return found


def why_to_set_up(
    facts: RequestFacts, *, checkpoint: str, policy: Policy, level: AssuranceLevel
) -> SetUpReasons:
    """Why nothing that the person of `facts` has is enough at a checkpoint. Four statements."""
    return reasons_to_set_up(
        lost=what_was_lost(facts),
        factors=live_factors(user=facts.user, tenant=facts.tenant),
        policy=policy,
        level=level,
        profile=settings().assurance_profile,
        primary=facts.primary,
        by_risk=checkpoint_named(checkpoint).asks_by_risk,
        now=facts.now,
    )


def _resets(facts: RequestFacts) -> list[SetUpReason]:
    """What began the last wait after a reset, of this person in this tenant."""
    causes = Q(reason__startswith=f"{HoldCause.RESET}:") | Q(
        reason__startswith=f"{HoldCause.EMAIL_ONLY}:"
    )
    mine = Hold.objects.filter(
        causes,
        Q(tenant=facts.tenant or None),
        user_id=facts.user,
        created_at__gt=facts.now - LATELY,
    )
    reason = mine.order_by("-created_at").values_list("reason", flat=True).first() or ""
    return [said for cause, said in _OF_CAUSE.items() if reason.startswith(f"{cause}:")]
