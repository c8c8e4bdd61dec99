"""Switch a factor off because a lane has reached its ceiling of wrong answers."""

from __future__ import annotations

from datetime import timedelta

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.factor import FactorDisabled
from otpguard.core.facts import RequestFacts
from otpguard.core.limits import Lane
from otpguard.database import transaction
from otpguard.factors import lanes
from otpguard.flows.notice.notify import notify
from otpguard.models import Factor
from otpguard.models.factor import FACTORS, DisabledBy
from otpguard.notices.kinds import NoticeKind

IDLE_AFTER = timedelta(minutes=1)
"""No answer takes so long to compare: what was reserved before that was never decided."""


def lock_out(facts: RequestFacts, factor: Factor, lane: Lane, where: Circumstances) -> None:
    """Note that a lane has closed, in the caller's transaction. Locks the factor.

    The open lane only closes; a factor whose own known devices failed as well is disabled until it
    is bound again (NIST SP 800-63B-4, 3.2.2).
    """
    if lane is Lane.KNOWN:
        off = {"disabled_at": facts.now, "disabled_by": DisabledBy.GUESSES}
        FACTORS.filter(pk=factor.pk, disabled_at=None).update(**off)
        named = {"factor": factor.kind}
        kind = NoticeKind.FACTOR_DISABLED
        notify(facts=facts, kind=kind, user_id=str(factor.user_id), context=named)
    record(
        FactorDisabled(factor=str(factor.pk), reason="too many failures", lane=lane.value),
        where,
    )


def finish_lock_out(facts: RequestFacts, factor: Factor, lane: Lane) -> None:
    """Finish the work of a process that died during the last answer of a known lane.

    Otherwise the lane would stay closed and the factor could not be bound again. Commits by itself.
    """
    if lane is not Lane.KNOWN or factor.disabled_at is not None:
        return
    if lanes.is_idle(factor.pk, lane, since=facts.now - IDLE_AFTER):
        with transaction.atomic():
            lock_out(facts, factor, lane, Circumstances.of(facts))
