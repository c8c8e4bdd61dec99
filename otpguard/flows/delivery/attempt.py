"""Try one route once: check that it may be used now, wait for its turn, send, record the outcome.

Everything that could have changed since the plan was made is checked again here: switches, the
breaker, the sender, and what the person stopped. The provider is called with no transaction open.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from otpguard.channels import breaker, opt_outs, throughput, waits
from otpguard.channels.base import OutboundMessage, Provider
from otpguard.channels.breaker import RouteKey
from otpguard.channels.precheck import Precheck
from otpguard.channels.senders import as_sender, may_carry_codes, senders_of
from otpguard.channels.switches import switches
from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Failure, Outcome, Refused, Unavailable
from otpguard.core.route import Route
from otpguard.flows.route.health import record_outcome

logger = logging.getLogger("otpguard.attempt")

PAUSED = "the route is paused"
SWITCHED_OFF = "the route is switched off"
NO_TEMPLATE = "the template is not approved"
STOPPED = "the person has stopped messages to this number"
ASKED_TO_WAIT = "the vendor asks to wait"
NO_TURN = "the campaign's throughput is used up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Postponed:
    """Nothing was sent: the route takes no message before `until`."""

    until: datetime
    reason: str


def attempt_send(
    *,
    provider: Provider,
    route_key: RouteKey,
    message: OutboundMessage,
    tenant: str,
    precheck: Precheck,
    now: datetime,
) -> Outcome | Postponed:
    """Send once over this route, unless the message must wait for it.

    `tenant` is the id of the code's tenant, "" for the site; `precheck` says what to check. Sleeps
    up to throughput.LONGEST_WAIT for a campaign's turn. Raises DatabaseError, with nothing sent, if
    the database does not answer.
    """
    if precheck.switches and _is_switched_off(route_key, now):
        return Unavailable(reason=SWITCHED_OFF)
    if _is_stopped(message, tenant, precheck, now):
        return Refused(reason=STOPPED, failure=Failure.OPTED_OUT)
    private = False
    if message.channel is Channel.WHATSAPP and precheck.senders:
        row = senders_of(tenant).get(route_key.provider)
        if row is not None and not may_carry_codes(row):
            return Refused(reason=NO_TEMPLATE, failure=Failure.CHANNEL_UNAVAILABLE)
        if row is not None:
            message = replace(message, sender=as_sender(row))
            private = row.tenant_id is not None
    # Before the turn is taken: it would be lost.
    until = waits.wait_until(route_key, now) if precheck.wait and not private else None
    if until is not None:
        return Postponed(until=until, reason=ASKED_TO_WAIT)
    wait = throughput.reserve_turn(route_key, now) if precheck.ten_dlc else timedelta(0)
    if wait is None:
        return Postponed(until=now + throughput.LONGEST_WAIT, reason=NO_TURN)
    # Claim the trial of a paused route last: the caller that claims it must send.
    if precheck.breaker and not breaker.admit(route_key, now):
        return Unavailable(reason=PAUSED)
    if wait:
        time.sleep(wait.total_seconds())
    began = time.monotonic()
    outcome = provider.send(message)
    took = timedelta(seconds=time.monotonic() - began)
    _count(route_key, outcome, took, now, private=private, trial=precheck.breaker)
    return outcome


def _is_stopped(message: OutboundMessage, tenant: str, precheck: Precheck, now: datetime) -> bool:
    # While the index moves to a new key, a number may stand under the other one.
    may_be = precheck.opt_outs or len(settings().index_keys) > 1
    if not may_be or message.channel is Channel.EMAIL:
        return False
    return message.channel in opt_outs.stopped_channels(message.to, tenant=tenant, now=now)


def _count(
    route_key: RouteKey,
    outcome: Outcome,
    took: timedelta,
    now: datetime,
    *,
    private: bool,
    trial: bool,
) -> None:
    """Tell the route's health how it went; an error here is logged and goes no further."""
    try:
        record_outcome(
            route_key=route_key, outcome=outcome, took=took, now=now, private=private, trial=trial
        )
    except Exception:
        # The message is out: recording it matters more than counting it.
        logger.exception("the outcome of %s could not be counted", route_key.provider)


def _is_switched_off(route_key: RouteKey, now: datetime) -> bool:
    route = Route(channel=Channel(route_key.channel), provider=route_key.provider)
    return any(switch.covers(route, route_key.country) for switch in switches(now))
