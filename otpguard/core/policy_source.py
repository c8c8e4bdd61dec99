"""Where each value of an effective policy comes from, so that people can see why it counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from otpguard.core.effective_policy import effective
from otpguard.core.policy import RULES, Policy, Wishes


class ValueSource(StrEnum):
    """What decided a value."""

    DEFAULT = "default"
    """The preset with the settings of the site."""
    SITE = "site"
    TENANT = "tenant"
    FLOOR = "floor"
    EXCEPTION = "exception"
    """A dated exception lets a wish count that the floor would not grant."""
    CEILING = "ceiling"
    """The site's ceiling for what one tenant may ask of a person in all their tenants."""
    LEVEL = "level"
    """The caps that NIST sets at a level."""
    REPORT_ONLY = "report_only"


@dataclass(frozen=True, slots=True, kw_only=True)
class WishLayer:
    """Wishes of one place ("*" or a checkpoint). `granted` is `wished` within the ceiling."""

    source: ValueSource
    place: str
    wished: Wishes
    granted: Wishes


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueOrigin:
    """What decided one value. `place` is where a wish for the field stands, empty for none; `asked`
    is the value before floor and caps."""

    source: ValueSource
    place: str
    asked: Any


def explain_policy(
    *, default: Policy, floor: Policy, plain_floor: Policy, layers: Sequence[WishLayer]
) -> tuple[Policy, Mapping[str, ValueOrigin]]:
    """The policy that counts, and the origin of each of its values.

    `layers` come most specific first. `plain_floor` is `floor` without dated exceptions.
    """
    policy = effective(default=default, floor=floor, wishes=[each.granted for each in layers])
    origins = {}
    for name in RULES:
        layer = next((each for each in layers if name in each.granted), None)
        origins[name] = _origin(
            name, layer, policy=policy, default=default, floor=floor, plain_floor=plain_floor
        )
    return policy, origins


def _origin(
    name: str,
    layer: WishLayer | None,
    *,
    policy: Policy,
    default: Policy,
    floor: Policy,
    plain_floor: Policy,
) -> ValueOrigin:
    law = RULES[name].law
    asked = layer.granted[name] if layer else getattr(default, name)
    counts = getattr(policy, name)
    lifted = law.clamp(asked, getattr(floor, name))
    if counts != lifted:
        source = ValueSource.LEVEL
    elif lifted != law.clamp(asked, getattr(plain_floor, name)):
        source = ValueSource.EXCEPTION
    elif lifted != asked:
        source = ValueSource.FLOOR
    elif layer is None:
        source = ValueSource.DEFAULT
    else:
        source = layer.source if asked == layer.wished[name] else ValueSource.CEILING
    wished = layer.wished[name] if layer else asked
    return ValueOrigin(source=source, place=layer.place if layer else "", asked=wished)
