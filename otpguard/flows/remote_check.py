"""Ask the vendor that made a code whether an answer is right (C14).

Called with the try counted and committed, no transaction open and no row locked, for a vendor may
take seconds. A code that cannot be checked proves nothing and the try stays counted. A vendor that
cannot check is one that fails: its breaker and its alarm hear of it.
"""

from __future__ import annotations

import logging
import re
import time
from datetime import datetime, timedelta
from typing import assert_never, cast

from django.db import DatabaseError, InterfaceError

from otpguard.channels import catalog
from otpguard.channels.base import RemoteCheck, Submission
from otpguard.channels.breaker import Spot
from otpguard.core.assurance import Channel
from otpguard.core.checked import Checked, Gone, Right, Wrong
from otpguard.core.codes import normalize
from otpguard.core.outcome import Unavailable
from otpguard.core.registry import UnknownNameError
from otpguard.factors.base import Missed
from otpguard.factors.phone import is_bound_email
from otpguard.flows.route_health import heard_check
from otpguard.models import Challenge, Delivery

logger = logging.getLogger("otpguard.remote_check")

_A_CODE = re.compile(r"\+?[0-9]{4,16}", re.ASCII)
"""What can be one at all: digits, or the number that called. Anything else is wrong without asking,
which saves the vendor's tries."""


def check(challenge: Challenge, delivery: Delivery, given: str, *, now: datetime) -> Missed | None:
    """None when the vendor of `delivery` says that `given` is right, else why it does not count."""
    code = normalize(given)
    if not _A_CODE.fullmatch(code):
        return Missed()
    to = _destination(challenge, Channel(delivery.channel))
    if not to:
        return Missed(reason="gone")
    checked = _ask(
        delivery,
        Submission(
            reference=delivery.provider_ref or "",
            channel=Channel(delivery.channel),
            to=to,
            code=code,
        ),
        now,
    )
    match checked:
        case Right():
            return None
        case Wrong(exhausted=exhausted):
            return Missed(reason="tries_used" if exhausted else "wrong")
        case Gone():
            return Missed(reason="gone")
        case Unavailable(failure=failure):
            logger.warning("%s could not check a code: %s", delivery.provider, failure)
            return Missed(reason="unavailable")
    assert_never(checked)


def _ask(delivery: Delivery, submitted: Submission, now: datetime) -> Checked:
    try:
        provider = catalog.providers().get(delivery.provider)
    except UnknownNameError:
        return Unavailable(reason="provider is not configured any more")
    if not getattr(provider, "remote", False):
        return Unavailable(reason="the provider does not check codes any more")
    began = time.monotonic()
    checked = cast("RemoteCheck", provider).check(submitted)
    took = timedelta(seconds=time.monotonic() - began)
    spot = Spot(provider=delivery.provider, channel=delivery.channel, country=delivery.country)
    try:
        heard_check(spot=spot, checked=checked, took=took, now=now)
    except (DatabaseError, InterfaceError):
        # The vendor takes a code once: that its answer counts matters more.
        logger.exception("what was heard of %s could not be noted", delivery.provider)
    return checked


def _destination(challenge: Challenge, channel: Channel) -> str:
    """Where the code went. Empty for mail when the address was changed since."""
    if channel is not Channel.EMAIL:
        return str(challenge.destination.reveal())
    user, factor = challenge.user, challenge.factor
    email = str(getattr(user, user.get_email_field_name(), "")) if user else ""
    return email if factor and is_bound_email(factor, email) else ""
