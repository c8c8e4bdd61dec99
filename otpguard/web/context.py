"""What the templates of a step-up are given: names, not models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core import fallback
from otpguard.core.assurance import Channel, FactorKind
from otpguard.core.challenge import ChallengeState, DeliveryState
from otpguard.exceptions import Ask
from otpguard.factors.phone import masked_destination
from otpguard.flows.resend import seconds_until_resend
from otpguard.labels import CHANNELS, FACTOR_KINDS, Text, checkpoint_label
from otpguard.models import Challenge, Factor, Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorChoice:
    """One factor as the choosing page lists it."""

    id: str
    kind: str
    label: Text
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One line of "where the code went": channel, masked destination and state."""

    channel: Text
    destination: str
    state: str


def frame(*, checkpoint: str, target: str, tenant: str | UUID | None) -> dict[str, Any]:
    """What every page names: the action, what it is about, and the organisation."""
    name = ""
    if tenant:
        name = Tenant.objects.filter(pk=tenant).values_list("name", flat=True).first() or ""
    return {
        "action": checkpoint_label(checkpoint_named(checkpoint)),
        "target": target,
        "tenant": name,
        "support_url": settings().support_url,
    }


def frame_of(ask: Ask) -> dict[str, Any]:
    """The frame of an ask."""
    return frame(checkpoint=ask.checkpoint, target=ask.target, tenant=ask.tenant)


def choices(ids: tuple[str, ...]) -> list[FactorChoice]:
    """Factors to choose from, in the order given (strongest first).

    The passkeys of a person are one choice: the browser asks for whichever is at hand.
    """
    rows = Factor.objects.in_bulk([UUID(identity) for identity in ids])
    found = [rows[UUID(identity)] for identity in ids if UUID(identity) in rows]
    passkeys = [factor for factor in found if factor.kind == FactorKind.PASSKEY]
    names = ", ".join(factor.name for factor in passkeys)
    return [
        _choice(factor, names if factor.kind == FactorKind.PASSKEY else "")
        for factor in found
        if factor.kind != FactorKind.PASSKEY or factor is passkeys[0]
    ]


def _choice(factor: Factor, hint: str) -> FactorChoice:
    hint = hint or factor.name
    if factor.kind == FactorKind.PHONE:
        hint = masked_destination(Channel.SMS, number=factor.secret.reveal(), email="")
    return FactorChoice(
        id=str(factor.pk),
        kind=factor.kind,
        label=FACTOR_KINDS[FactorKind(factor.kind)],
        hint=hint,
    )


def delivery_lines(challenge: Challenge) -> list[DeliveryLine]:
    """Every try at sending, the newest last, with masked destinations."""
    user = challenge.user
    email = str(getattr(user, user.get_email_field_name(), "")) if user else ""
    number = challenge.destination.reveal()
    return [
        DeliveryLine(
            channel=CHANNELS[Channel(row.channel)],
            destination=masked_destination(Channel(row.channel), number=number, email=email),
            state=row.state,
        )
        for row in challenge.deliveries.order_by("step")
    ]


def status(challenge: Challenge, *, now: datetime) -> dict[str, Any]:
    """The live part of the code page: also what the poll answers, so it holds nothing secret."""
    lines = delivery_lines(challenge)
    current = lines[-1] if lines else None
    arrived = [line for line in lines if line.state == DeliveryState.DELIVERED]
    if arrived and current and current.state == DeliveryState.FAILED:
        current = arrived[-1]  # the last way failed, and an earlier one was reported late
    following = fallback.following(challenge.plan, challenge.step, unproven=challenge.enrolls)
    step = None if following is None else challenge.plan[following]
    return {
        "state": challenge.state,
        "open": challenge.state == ChallengeState.OPEN,
        "undeliverable": challenge.undeliverable,
        "channel": str(current.channel) if current else "",
        "destination": current.destination if current else "",
        "sending": bool(current and current.state in {DeliveryState.QUEUED, DeliveryState.SENDING}),
        "delivered": bool(current and current.state == DeliveryState.DELIVERED),
        "tries": len(lines),
        "remote": any(route.get("remote", False) for route in challenge.plan),
        "next_channel": str(CHANNELS[Channel(step["channel"])]) if step else "",
        "falls_back_at": challenge.due_at.isoformat() if challenge.due_at else "",
        "another_way": str(another_way(challenge)),
        "resend_in": seconds_until_resend(challenge, now=now),
    }


def another_way(challenge: Challenge) -> Text:
    """The channel that "try another way" would send over; empty if there is no other route."""
    if not challenge.plan:
        return ""
    ahead = challenge.plan[challenge.step + 1 :] or challenge.plan
    current = challenge.plan[challenge.step]
    return CHANNELS[Channel(ahead[0]["channel"])] if ahead[0] != current else ""
