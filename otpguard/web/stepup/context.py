"""What the templates of a step-up are given: names, not models."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext

from otpguard.account import email_of
from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import settings
from otpguard.core import fallback
from otpguard.core.assurance import Channel
from otpguard.core.challenge import DeliveryState
from otpguard.core.codes import CODE_DIGITS
from otpguard.core.logo import TenantLook
from otpguard.core.sent_codes import first_with_same_code, is_replaced
from otpguard.exceptions import Ask
from otpguard.factors.base import FactorDriver
from otpguard.factors.catalog import drivers
from otpguard.factors.phone import just_typed, masked_destination
from otpguard.flows.challenge.progress import progress_of
from otpguard.labels import CHANNELS, Text, checkpoint_label
from otpguard.models import Challenge, Delivery, Factor
from otpguard.tenants.appearance import look_of
from otpguard.tenants.single import is_the_one


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorChoice:
    """One factor as the choosing page lists it."""

    id: str
    kind: str
    icon: str
    label: Text
    hint: str
    how: str
    sends_code: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryLine:
    """One line of "where the code went": channel, masked destination and state.

    `code` is the same number for messages with the same digits, `repeated` is true for all of them
    but the first. `replaced` is true when its code counts no more because a later one does.
    `digits` is the length of its code, 0 if unknown.
    """

    step: int
    channel: Text
    destination: str
    state: str
    code: int
    repeated: bool
    replaced: bool
    length: int

    @property
    def is_out(self) -> bool:
        """True for a message that went out and is not known to have failed."""
        return self.state in {DeliveryState.SENT, DeliveryState.DELIVERED}


def frame_of(ask: Ask, *, look: TenantLook | None = None) -> dict[str, Any]:
    """What every page shows: the action, its target and the tenant, whose name, brand and logo are
    read unless the caller has them."""
    if look is None:
        look = look_of(ask.tenant)
    return {
        "action": checkpoint_label(checkpoint_named(ask.checkpoint)),
        "target": ask.target,
        "tenant": "" if is_the_one(ask.tenant) else look.name,
        "brand": look.brand,
        "logo": look.logo,
        "support_url": settings().support_url,
    }


def choices(ids: tuple[str, ...], rows: Iterable[Factor]) -> list[FactorChoice]:
    """Factors to choose from among `rows`, in the order of `ids` (strongest first).

    Factors of a kind in which any one will do, such as passkeys, are one choice.
    """
    by_id = {str(row.pk): row for row in rows}
    found = [by_id[identity] for identity in ids if identity in by_id]
    result: list[FactorChoice] = []
    for kind, group in groupby(found, key=lambda factor: factor.kind):
        driver, of_kind = drivers().get(kind), list(group)
        if driver is None:
            continue  # its kind was taken out since
        if driver.kind.any_serves:
            names = ", ".join(filter(None, map(driver.own_name_of, of_kind)))
            result.append(_choice(driver, of_kind[0], names))
        else:
            result += [
                _choice(driver, factor, driver.hint_of(factor) or driver.own_name_of(factor))
                for factor in of_kind
            ]
    return result


def _choice(driver: FactorDriver, factor: Factor, hint: str) -> FactorChoice:
    kind = driver.kind
    return FactorChoice(
        id=str(factor.pk),
        kind=kind.slug,
        icon=kind.icon,
        label=driver.label_of(factor),
        hint=hint,
        how=gettext(kind.how),
        sends_code=kind.sends_codes,
    )


def status(challenge: Challenge, *, now: datetime) -> dict[str, Any]:
    """The live part of the code page: where the code went, and how far it has come.

    The status address tells the second part only (`ChallengeProgress`); the page asks for the
    first again when the step changes.
    """
    tries = list(challenge.deliveries.order_by("step"))
    progress = progress_of(challenge, tries, now=now)
    lines = _lines(challenge, tries)
    current = next((line for line in lines if line.step == progress.step), None)
    counting = [line for line in lines if not line.replaced]
    following = fallback.next_step(challenge.plan, challenge.step, unproven=challenge.enrolls)
    step = None if following is None else challenge.plan[following]
    return {
        **progress.document(),
        "open": progress.is_open,
        "channel": str(current.channel) if current else "",
        "destination": current.destination if current else "",
        "lines": lines,
        "repeated": bool(current and current.repeated),
        "mixed": len({line.code for line in lines}) > 1,
        "lengths": sorted({line.length for line in counting} or {CODE_DIGITS}),
        "counting": _channels_that_count(lines),
        "next_channel": str(CHANNELS[Channel(step["channel"])]) if step else "",
        "another_way": str(another_way(challenge)),
    }


def _lines(challenge: Challenge, tries: Sequence[Delivery]) -> list[DeliveryLine]:
    """Every try at sending, the newest last, with masked destinations; a number that was just typed
    in full, so that a wrong digit is seen."""
    email = email_of(challenge.user)
    number, in_full = challenge.destination.reveal(), just_typed(challenge)
    lines = []
    for row in tries:
        channel, code = Channel(row.channel), first_with_same_code(row, tries)
        lines.append(
            DeliveryLine(
                step=row.step,
                channel=CHANNELS[channel],
                destination=in_full or masked_destination(channel, number=number, email=email),
                state=row.state,
                code=code,
                repeated=code < row.step,
                replaced=is_replaced(row, tries),
                length=fallback.length_of(challenge.plan[row.step]),
            )
        )
    return lines


def _channels_that_count(lines: Sequence[DeliveryLine]) -> str:
    """The channels of the messages whose digits count; empty while there is one code only."""
    out = [line for line in lines if line.is_out]
    channels = list(dict.fromkeys(str(line.channel) for line in out if not line.replaced))
    if len({line.code for line in out}) == 1 or not channels:
        return ""
    if len(channels) == 1:
        return channels[0]
    return gettext("%(others)s or %(last)s") % {
        "others": ", ".join(channels[:-1]),
        "last": channels[-1],
    }


def another_way(challenge: Challenge) -> Text:
    """The channel that "try another way" would send over; empty if there is no other route."""
    if not challenge.plan:
        return ""
    ahead = challenge.plan[challenge.step + 1 :] or challenge.plan
    current = challenge.plan[challenge.step]
    return CHANNELS[Channel(ahead[0]["channel"])] if ahead[0] != current else ""
