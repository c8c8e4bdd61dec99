"""End the block of a prefix by hand."""

from __future__ import annotations

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.reputation import PrefixReleased
from otpguard.core.facts import RequestFacts
from otpguard.database import transaction
from otpguard.flows.pumping.known_prefixes import forget
from otpguard.flows.scope import check_site
from otpguard.models import PrefixStatistic


def release_prefix(*, facts: RequestFacts, statistic: PrefixStatistic, reason: str) -> bool:
    """End a block that runs, and begin its sum at nothing. False if none runs.

    The caller must have guarded it by `security_settings`. Locks the row; other processes notice
    within seconds. Raises NotAllowed unless the site acts.
    """
    check_site(facts)
    with transaction.atomic():
        running = PrefixStatistic.objects.filter(pk=statistic.pk, blocked_until__gt=facts.now)
        if not running.update(blocked_until=None, total=0.0):
            return False
        record(
            PrefixReleased(
                level=statistic.level, key=statistic.key, lane=statistic.lane, reason=reason
            ),
            Circumstances.of(facts, tenant=""),
        )
        transaction.on_commit(forget)
    return True
