"""What an answer shows, by the kind of factor that its challenge is for. Reads only, and asks the
vendor about a code that it made."""

from __future__ import annotations

from datetime import datetime
from typing import assert_never

from otpguard.conf import settings
from otpguard.core.assurance import Channel, FactorKind, Method, Primary
from otpguard.core.challenge import DeliveryState
from otpguard.core.codes import matches
from otpguard.core.routing import weakest
from otpguard.factors import passkey_rows, recovery, totp
from otpguard.factors.base import Missed, Shown
from otpguard.flows.outgoing import code_of
from otpguard.flows.remote_check import check
from otpguard.models import Challenge, Delivery, Factor


def judge(challenge: Challenge, factor: Factor, given: str, *, now: datetime) -> Shown | Missed:
    """Whether `given` proves the factor. The try has been counted by the caller."""
    kind = FactorKind(factor.kind)
    match kind:
        case FactorKind.PHONE:
            missed = _sent(challenge, given, now)
            return missed or Shown(method=_method(challenge), spend=_nothing)
        case FactorKind.TOTP:
            return totp.judge(factor, given, now=now)
        case FactorKind.PASSKEY:
            return passkey_rows.judge(challenge, given, now=now)
        case FactorKind.RECOVERY:
            if not challenge.plan:
                return recovery.judge(factor, given, now=now)
            if not matches(given, code_of(challenge)):
                return Missed()
            return Shown(method=Method.RECOVERY_MAIL, spend=_nothing)
    assert_never(kind)


def _sent(challenge: Challenge, given: str, now: datetime) -> Missed | None:
    """Why `given` is no code that was sent; None when it is one.

    Ours is compared first and here. The vendor's own is asked about where one was sent, once: the
    last that a vendor took, for what was before it is closed there.
    """
    rows = Delivery.objects.filter(challenge=challenge, generation=challenge.generation)
    remote = [row for row in rows.order_by("-step") if row.remote]
    is_ours = not remote or rows.filter(remote=False).exists()
    if is_ours and matches(given, code_of(challenge)):
        return None
    asked = next((row for row in remote if row.provider_ref), None)
    missed: Missed | None = Missed(reason="gone")
    if asked is not None:
        missed = check(challenge, asked, given, now=now)
    # What was compared with ours was a guess, whatever the vendor could say.
    return Missed() if is_ours and missed is not None else missed


def _nothing() -> bool:
    """A sent code is used up by its challenge, which takes one right answer only."""
    return True


def _method(challenge: Challenge) -> Method:
    """The weakest channel that this code may have travelled over (C8).

    A queued row that carries a lease is of a worker that died, perhaps after sending.
    """
    sent = Delivery.objects.filter(challenge=challenge, generation=challenge.generation).exclude(
        state=DeliveryState.QUEUED.value, lease_until=None
    )
    channels = [Channel(channel) for channel in sent.values_list("channel", flat=True)]
    channel = weakest(
        channels or [Channel(route["channel"]) for route in challenge.plan],
        profile=settings().assurance_profile,
        primary=Primary(challenge.primary),
    )
    return Method(channel.value)
