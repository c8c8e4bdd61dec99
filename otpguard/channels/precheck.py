"""What might stand in a message's way, asked within another statement: mostly there is nothing.

It says only where a closer look is needed, so that what usually is not there costs no question of
its own. Read for each message; without an answer the error propagates and nothing goes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from otpguard.models import OptOut, RouteHealth, RouteSwitch, TenDlcRegistration, WhatsAppSender
from otpguard.prepared_sql import Columns


@dataclass(frozen=True, slots=True, kw_only=True)
class Precheck:
    """Where to look closer: at switches, at the breaker, at a wait that the vendor asked for, at
    10DLC, at WhatsApp senders, at what people stopped."""

    switches: bool
    breaker: bool
    wait: bool
    ten_dlc: bool
    senders: bool
    opt_outs: bool


def columns(delivery: str, challenge: str) -> str:
    """Six columns of SQL about what the statement calls `delivery` and its `challenge`; see
    `read`."""
    provider, place = f"provider = {delivery}.provider", f"country IN ('', {delivery}.country)"
    route = f"{provider} AND channel = {delivery}.channel AND {place}"
    return ", ".join(
        f"EXISTS (SELECT 1 FROM {Columns(model).table} WHERE {where})"  # noqa: S608 (constant text)
        for model, where in (
            (RouteSwitch, "ended_at IS NULL"),
            (RouteHealth, f"{route} AND state <> 'in_use'"),
            (RouteHealth, f"{route} AND wait_until IS NOT NULL"),
            (TenDlcRegistration, provider),
            (WhatsAppSender, provider),
            (
                OptOut,
                (
                    f"ended_at IS NULL AND channel = {delivery}.channel"
                    f" AND {challenge}.phone_index IN (phone_index, phone_index_old)"
                ),
            ),
        )
    )


def read(row: Sequence[object]) -> Precheck:
    """What those columns say."""
    switches, breaker, wait, ten_dlc, senders, opt_outs = map(bool, row)
    return Precheck(
        switches=switches,
        breaker=breaker,
        wait=wait,
        ten_dlc=ten_dlc,
        senders=senders,
        opt_outs=opt_outs,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanPrecheck:
    """Where to look before a plan is made: everywhere, unless a statement said that there is
    nothing."""

    switches: bool = True
    paused: bool = True
    waits: bool = True
    senders: bool = True
    opt_outs: bool = True

    @classmethod
    def read(cls, row: Sequence[object]) -> PlanPrecheck:
        """What the first columns of `in_the_way` say."""
        switches, paused, waits, senders = map(bool, row)
        return cls(switches=switches, paused=paused, waits=waits, senders=senders)

    def with_opt_outs(self, opt_outs: bool) -> PlanPrecheck:  # noqa: FBT001 (a value to be kept)
        """The same, for a number of which this is known."""
        return replace(self, opt_outs=opt_outs)


def in_the_way(factor: str) -> tuple[str, str]:
    """Four columns of SQL about every route, and one about the number of what the statement calls
    `factor`."""
    routes = ", ".join(
        f"EXISTS (SELECT 1 FROM {Columns(model).table}{where})"  # noqa: S608 (constant text)
        for model, where in (
            (RouteSwitch, " WHERE ended_at IS NULL"),
            (RouteHealth, " WHERE state <> 'in_use'"),
            (RouteHealth, " WHERE wait_until IS NOT NULL"),
            (WhatsAppSender, ""),
        )
    )
    number = (
        f"{factor}.phone_index <> '' AND EXISTS (SELECT 1 FROM {Columns(OptOut).table} o"  # noqa: S608 (the same)
        f" WHERE o.ended_at IS NULL AND {factor}.phone_index IN (o.phone_index, o.phone_index_old))"
    )
    return routes, number
