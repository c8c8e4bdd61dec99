"""What might stand in a message's way, asked within another statement: mostly there is nothing.

It says only where a closer look is needed, so that what usually is not there costs no question of
its own. Read anew for each message; without an answer the error propagates and nothing goes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from otpguard.models import RouteHealth, RouteSwitch, SenderRegistration, WhatsAppSender
from otpguard.models.columns import Columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstacles:
    """Where to look closer: at switches, at the breaker, at registrations, at WhatsApp senders."""

    switches: bool
    breaker: bool
    registrations: bool
    senders: bool


def columns(delivery: str) -> str:
    """Four columns of SQL about the route of what the statement calls `delivery`; see `read`."""
    provider, place = f"provider = {delivery}.provider", f"country IN ('', {delivery}.country)"
    return ", ".join(
        f"EXISTS (SELECT 1 FROM {Columns(model).table} WHERE {where})"  # noqa: S608 (constant text)
        for model, where in (
            (RouteSwitch, "ended_at IS NULL"),
            (
                RouteHealth,
                f"{provider} AND channel = {delivery}.channel AND state <> 'closed' AND {place}",
            ),
            (SenderRegistration, provider),
            (WhatsAppSender, provider),
        )
    )


def read(row: Sequence[object]) -> Obstacles:
    """What those columns say."""
    switches, breaker, registrations, senders = map(bool, row)
    return Obstacles(
        switches=switches, breaker=breaker, registrations=registrations, senders=senders
    )
