"""Screen further messages of open challenges whose number nobody has proven yet.

A block or a lock-down that came after the first message stops the rest: a fallback and a resend
cost as much as a start.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from otpguard.core.fallback import PAID
from otpguard.core.pumping.verdict import Action
from otpguard.flows.pumping.attempt import further_attempt
from otpguard.flows.pumping.decision import Screened
from otpguard.flows.pumping.screen import screen
from otpguard.models import Challenge, PumpingDecision, Tenant


def rescreen(wanted: Sequence[tuple[Challenge, int]], *, now: datetime) -> dict[UUID, Screened]:
    """The sends that must not go out, by challenge, of those that would send this step of a plan.

    Two reads for all of them: what was decided about their first message, and their tenants. A
    proof of work is not asked for again. Proven numbers and free channels pass. Raises
    StoreUnavailable.
    """
    paid = [
        (challenge, challenge.plan[step])
        for challenge, step in wanted
        if challenge.enrolls and challenge.plan[step]["channel"] in PAID
    ]
    if not paid:
        return {}
    keys = [challenge.pk for challenge, _step in paid]
    rows = PumpingDecision.objects.filter(challenge__in=keys, action=PumpingDecision.Action.SEND)
    past = {row.challenge_id: row for row in rows}
    tenants = Tenant.objects.in_bulk({each.tenant_id for each, _step in paid} - {None})
    stopped = {}
    for challenge, step in paid:
        attempt = further_attempt(
            challenge,
            past.get(challenge.pk),
            tenant=tenants.get(challenge.tenant_id),
            step=step,
            now=now,
        )
        verdict = screen(attempt)
        if verdict.action >= Action.ANOTHER_WAY:
            stopped[challenge.pk] = Screened(attempt=attempt, verdict=verdict)
    return stopped
