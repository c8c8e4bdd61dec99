"""The caps of tenant and site that each message passes: the first one, a fallback and a resend.

A caller that charges them already holds the challenge's row: challenges are locked before caps. No
transaction may hold the site's cap and ask for a second tenant's: see `is_one_tenant_at_a_time`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from otpguard.conf import settings
from otpguard.core.fallback import PAID
from otpguard.core.limits import Cap, CapFull, caps_for_send
from otpguard.core.pumping.velocity import Cell, RowName
from otpguard.core.pumping.verdict import Action, Layer, Signal
from otpguard.core.pumping.visitor_form.work import EASIEST
from otpguard.core.reasons import StartReason, reason_of_cap
from otpguard.exceptions import StartRefused
from otpguard.flows.checkpoint.step_up_options import is_strict
from otpguard.limits.limiter import limiter
from otpguard.limits.many import Charge, consume_many
from otpguard.models import Challenge


def send_caps(challenge: Challenge, *, step: int) -> tuple[Cap, ...]:
    """The caps of one step of a challenge that sends a code."""
    mine = settings()
    return caps_for_send(
        challenge=challenge.pk,
        tenant=str(challenge.tenant_id or ""),
        channel=challenge.plan[step]["channel"],
        tenant_limit=mine.tenant_messages_per_hour,
        site_limit=mine.site_messages_per_hour,
    )


def has_paid_send_left(challenge: Challenge, step: int) -> bool:
    """Whether this step of the plan may be sent: a new number gets so many paid messages of one
    challenge as VELOCITY says, whatever else there is room for."""
    if not challenge.enrolls or challenge.plan[step]["channel"] not in PAID:
        return True
    paid = sum(each["channel"] in PAID for each in challenge.plan[: challenge.step + 1])
    cell = settings().velocity.cells[RowName.CHALLENGE_SENDS]
    return paid < (cell.strict if _is_strict(challenge, cell) else cell.standard)


def _is_strict(challenge: Challenge, cell: Cell) -> bool:
    """The tenant is read only where it makes a difference."""
    if cell.strict == cell.standard:
        return False
    return is_strict(challenge.tenant, now=challenge.created_at)


def charge_send(challenge: Challenge, *, step: int, now: datetime) -> CapFull | None:
    """Charge one step of a challenge to its tenant's cap and the site's, or to none.

    Returns the full cap, if one was. Joins the caller's transaction, which holds the challenge's
    row. Raises StoreUnavailable.
    """
    caps = send_caps(challenge, step=step)
    if not caps:
        return None
    charged = limiter().consume(caps, challenge=challenge.pk, now=now)
    return charged if isinstance(charged, CapFull) else None


def charge_sends(wanted: Sequence[tuple[Challenge, int]], *, now: datetime) -> list[CapFull | None]:
    """`charge_send` for one step of each of many challenges, one after another."""
    charges = [
        Charge(challenge=challenge.pk, caps=send_caps(challenge, step=step))
        for challenge, step in wanted
    ]
    found = consume_many(charges, now=now)
    return [each if isinstance(each, CapFull) else None for each in found]


def charge_first(challenge: Challenge, *, now: datetime) -> None:
    """`charge_send` for the first message, if one is sent. Raises StartRefused for a full cap."""
    full = charge_send(challenge, step=0, now=now) if challenge.plan else None
    if full is not None:
        raise refusal_of(full)


def refusal_of(full: CapFull) -> StartRefused:
    """What the person is told about a full cap."""
    seconds = max(1, round(full.retry_after.total_seconds()))
    reason = reason_of_cap(full.cap)
    asks = reason is StartReason.PROOF_OF_WORK
    level = EASIEST if asks else 0
    signal = Signal(
        layer=Layer.VELOCITY,
        action=Action.PROOF_OF_WORK if asks else Action.REFUSE,
        reason=full.cap.value,
        work_level=level,
    )
    return StartRefused(reason, retry_after=seconds, signal=signal, work_level=level)


def is_one_tenant_at_a_time() -> bool:
    """True if a transaction may charge messages of one tenant only.

    With a cap of the site, two transactions that charge several tenants in turn could wait for each
    other in a circle.
    """
    return bool(settings().site_messages_per_hour)
