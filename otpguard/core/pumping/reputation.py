"""What the reputation of a number's prefixes, country and network says about a send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from otpguard.core.pumping.attempt import Attempt, NetworkKind, SpendLane
from otpguard.core.pumping.prefix_rules import ListAction, ListedPrefix
from otpguard.core.pumping.prefixes import (
    PrefixKey,
    PrefixLevel,
    asn_key,
    country_key,
    is_area_code,
    prefixes_of,
)
from otpguard.core.pumping.verdict import Action, Layer, Signal

ASK_FROM = 1 / 3
"""The share of the threshold from which a narrow prefix asks for a proof of work."""

_WORK_FOR_WATCHED, _WORK_FOR_WIDE, _WORK_FOR_HOSTING = 1, 2, 3
_HOSTED = frozenset({NetworkKind.HOSTING, NetworkKind.TOR, NetworkKind.PROXY})
_KNOWN_LANES = frozenset({SpendLane.KNOWN, SpendLane.INVITED})


class ReputationReason(StrEnum):
    """Why the layer speaks up."""

    LISTED = "listed_block"
    ALLOWED = "listed_allow"
    PREFIX = "prefix_blocked"
    AREA_CODE = "area_code_fired"
    COUNTRY = "country_fired"
    NETWORK = "network_fired"
    WATCHED = "prefix_watched"


OPENS_RESERVE = frozenset({ReputationReason.AREA_CODE, ReputationReason.COUNTRY})
"""Where only the places of the reserve are left: whole countries and area codes have too many
people in them to be refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPrefix:
    """One sum that a send must know of: blocked until a moment, or watched. `share` is that of the
    threshold which its sum had when it was written."""

    share: float = 0.0
    blocked_until: datetime | None = None

    def is_blocked(self, now: datetime) -> bool:
        """Whether the block runs."""
        return self.blocked_until is not None and self.blocked_until > now


def keys_of_attempt(attempt: Attempt) -> tuple[PrefixKey, ...]:
    """The sums that speak about an attempt: its prefixes, then its country, then its network."""
    network = asn_key(attempt.network.asn)
    own = (*prefixes_of(attempt.number), country_key(attempt.number, attempt.lane))
    return own if network is None else (*own, network)


def signal_of(
    attempt: Attempt,
    known: Mapping[PrefixKey, KnownPrefix],
    listed: ListedPrefix | None,
) -> Signal | None:
    """What the layer finds: the most severe of what is known, or None.

    A listed block refuses; a listed allowance outweighs all statistics. Statistics say nothing of
    a number that its owner has confirmed. A blocked prefix asks for another way; an area code or a
    country asks strangers for a proof of work and opens the reserve, and so does a network ask,
    which has half a country behind it.
    """
    if listed is not None:
        blocked = listed.action is ListAction.BLOCK
        return Signal(
            layer=Layer.REPUTATION,
            action=Action.REFUSE if blocked else Action.SEND,
            reason=ReputationReason.LISTED if blocked else ReputationReason.ALLOWED,
            detail=f"prefix={listed.prefix} source={listed.source}",
        )
    if attempt.lane is SpendLane.OWNER:
        return None
    found = [
        signal
        for key in keys_of_attempt(attempt)
        if key in known and (signal := _signal(attempt, key, known[key])) is not None
    ]
    if not found:
        return None
    first = max(found, key=lambda each: (each.action, each.work_level, each.weight))
    # A network that asks for a harder puzzle is no way around the reserve of a country.
    return replace(first, opens_reserve=any(each.opens_reserve for each in found))


def _signal(attempt: Attempt, key: PrefixKey, known: KnownPrefix) -> Signal | None:
    wide = key.level is PrefixLevel.COUNTRY or is_area_code(key)
    if not known.is_blocked(attempt.now):
        narrow = key.level is not PrefixLevel.ASN and not wide
        if narrow and known.share >= ASK_FROM:
            return _asked(key, ReputationReason.WATCHED, _WORK_FOR_WATCHED, known.share)
        return None
    if key.level is PrefixLevel.ASN:
        hosted = attempt.network.kind in _HOSTED
        level = _WORK_FOR_HOSTING if hosted else _WORK_FOR_WATCHED
        return _asked(key, ReputationReason.NETWORK, level, 1.0)
    if not wide:
        return Signal(
            layer=Layer.REPUTATION,
            action=Action.ANOTHER_WAY,
            reason=ReputationReason.PREFIX,
            detail=f"{key.level}={key.key}",
        )
    if attempt.lane in _KNOWN_LANES:
        return None
    country = key.level is PrefixLevel.COUNTRY
    reason = ReputationReason.COUNTRY if country else ReputationReason.AREA_CODE
    return _asked(key, reason, _WORK_FOR_WIDE, 1.0)


def _asked(key: PrefixKey, reason: ReputationReason, level: int, share: float) -> Signal:
    return Signal(
        opens_reserve=reason in OPENS_RESERVE,
        layer=Layer.REPUTATION,
        action=Action.PROOF_OF_WORK,
        reason=reason,
        weight=round(100 * min(1.0, share)),
        work_level=level,
        detail=f"{key.level}={key.key}",
    )
