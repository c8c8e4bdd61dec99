"""One try at one route: may it be used now, is it its turn, send, and note how it went.

Everything that could have changed since the plan was made is asked again here: switches, the
breaker and the sender. The provider is called with no transaction open.
"""

from __future__ import annotations

import logging
import time
from dataclasses import replace
from datetime import datetime, timedelta

from otpguard.channels import breaker, pace
from otpguard.channels.base import OutboundMessage, Provider
from otpguard.channels.breaker import Spot
from otpguard.channels.obstacles import Obstacles
from otpguard.channels.senders import as_sender, may_carry_codes, senders_of
from otpguard.core.assurance import Channel
from otpguard.core.outcome import Failure, Outcome, Refused, Unavailable
from otpguard.core.route import Route
from otpguard.flows.route_health import heard
from otpguard.flows.routes import switches

logger = logging.getLogger("otpguard.attempt")

RESTING = "the route is resting"
SWITCHED_OFF = "the route is switched off"
NO_TEMPLATE = "the template is not approved"


def attempt(
    *,
    provider: Provider,
    spot: Spot,
    message: OutboundMessage,
    tenant: str,
    found: Obstacles,
    now: datetime,
) -> Outcome | None:
    """Send once over this route. None when it is not the message's turn: try again in a second.

    `tenant` is whose code it is, "" for the site's; `found` says what is to be looked at. Sleeps up
    to pace.LONGEST_WAIT for a campaign's pace. A database that does not answer raises, and nothing
    is sent.
    """
    if found.switches and _is_switched_off(spot, now):
        return Unavailable(reason=SWITCHED_OFF)
    private = False
    if message.channel is Channel.WHATSAPP and found.senders:
        row = senders_of(tenant).get(spot.provider)
        if row is not None and not may_carry_codes(row):
            return Refused(reason=NO_TEMPLATE, failure=Failure.CHANNEL_UNAVAILABLE)
        if row is not None:
            message = replace(message, sender=as_sender(row))
            private = row.tenant_id is not None
    wait = pace.turn(spot, now) if found.registrations else timedelta(0)
    if wait is None:
        return None
    # The trial of a half-open route is taken last: whoever has taken it does send.
    if found.breaker and not breaker.admit(spot, now):
        return Unavailable(reason=RESTING)
    if wait:
        time.sleep(wait.total_seconds())
    began = time.monotonic()
    outcome = provider.send(message)
    took = timedelta(seconds=time.monotonic() - began)
    try:
        heard(spot=spot, outcome=outcome, took=took, now=now, private=private, trial=found.breaker)
    except Exception:
        # The message is out: that it is recorded matters more than that it is counted.
        logger.exception("what was heard of %s could not be noted", spot.provider)
    return outcome


def _is_switched_off(spot: Spot, now: datetime) -> bool:
    route = Route(channel=Channel(spot.channel), provider=spot.provider)
    return any(switch.covers(route, spot.country) for switch in switches(now))
