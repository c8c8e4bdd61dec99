"""The doctor's advice about WhatsApp senders and about brands that cost a second part of a text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from otpguard.core.advice import Findings, error, hint, ok, warning
from otpguard.core.money import as_dollars

WHATSAPP = "whatsapp"
SEGMENTS = "segments"
UNREAD_FOR = timedelta(days=3)
"""After this long, the last reading is out of date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderStatus:
    """One WhatsApp sender as it is recorded. `read` says that its vendor can be asked."""

    name: str
    approval: str
    category: str
    carries_codes: bool
    read: bool
    read_at: datetime | None = None
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandCost:
    """What one brand's text messages cost with one provider.

    `segments` is what the longest of our texts needs, `price` that of one part in micro-dollars,
    None without a price; `messages` were sent in the last thirty days.
    """

    brand: str
    owner: str
    fault: str
    segments: int
    provider: str
    country: str
    price: int | None
    messages: int


def on_sender(each: SenderStatus, now: datetime) -> Findings:
    """The state of one sender, and whether it is known."""
    if not each.read:
        known = "its vendor cannot be asked, so this is what an operator recorded."
    elif each.read_at is None:
        known = f"it was never read: {each.fault or 'is a worker running?'}"
    elif now - each.read_at > UNREAD_FOR:
        why = each.fault or "is a worker running?"
        return warning(WHATSAPP, f"{each.name} was last read on {each.read_at:%Y-%m-%d}: {why}")
    else:
        known = f"read on {each.read_at:%Y-%m-%d}."
    state = f"{each.approval}, {each.category or 'of no category'}"
    if not each.carries_codes:
        return error(WHATSAPP, f"{each.name} carries no codes ({state}); {known}")
    if not each.read:
        return hint(WHATSAPP, f"{each.name} carries codes ({state}); {known}")
    return ok(WHATSAPP, f"{each.name} carries codes; {known}")


def on_brand(each: BrandCost) -> Findings:
    """What a brand costs more than one that fits."""
    if each.segments < 2:  # noqa: PLR2004 (one part is what there must be)
        return ()
    why = f" ({each.fault})" if each.fault else ""
    text = f'The brand "{each.brand}" of {each.owner} makes {each.segments} parts of a text{why}: '
    if each.price is None:
        return warning(SEGMENTS, f"{text}{each.provider} bills each part, and has no price here.")
    one, all_ = as_dollars(each.price), as_dollars(each.price * each.segments)
    month = as_dollars(each.price * (each.segments - 1) * each.messages)
    return warning(
        SEGMENTS,
        f"{text}${all_} instead of ${one} with {each.provider} to {each.country}; for the"
        f" {each.messages} texts of the last 30 days that is ${month} more.",
    )
