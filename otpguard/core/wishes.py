"""Reading and writing policy fields as JSON: the one shape shared by settings, rows, forms and API.

`parse_wishes` is where a wish out of bounds is refused, so a window of 31 minutes gets the same
answer wherever it is asked for. How each field is read stands in its own declaration.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from otpguard.core.checkpoints import EVERY
from otpguard.core.policy import RULES, Policy
from otpguard.core.policy_values import Words
from otpguard.core.registry import nearest
from otpguard.core.shipped_kinds import SHIPPED


class WishError(ValueError):
    """A wish cannot be read. `field` names it; `message` says what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class UnknownKindError(WishError):
    """A wish names a kind of factor that is not installed."""


def parse_wishes(
    raw: Mapping[str, object],
    *,
    by_tenant: bool = False,
    kinds: Collection[str] = SHIPPED,
    place: str = EVERY,
) -> dict[str, Any]:
    """Wishes from JSON values.

    `by_tenant` refuses the fields that only the site may set; `kinds` are the slugs of the
    installed kinds of factor, `place` is the checkpoint that the wishes are for. Raises WishError
    for an unknown field, one that does nothing there, a value of the wrong shape or one out of
    bounds, UnknownKindError for another kind.
    """
    wishes: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in RULES:
            raise WishError(name, f"no such policy field, {nearest(name, list(RULES))}")
        if by_tenant and RULES[name].site_only:
            raise WishError(name, "only the operators of the site may set this")
        if not RULES[name].is_read_at(place):
            raise WishError(name, "does nothing at this checkpoint")
        try:
            wishes[name] = RULES[name].values.read(value)
        except ValueError as error:
            raise WishError(name, str(error)) from None
        if isinstance(RULES[name].values, Words):
            _check_kinds(name, wishes[name], kinds)
    return wishes


def stored_wishes(raw: object, *, instead: Policy) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Wishes as another release may have stored them, and the fields that could not be read.

    Rows outlive releases, and a request must not fail over one of them. An unknown field is left
    out; a kind of factor that is not installed any more stays in, and allows nothing. A field whose
    value cannot be read counts as in `instead`, a strict policy; so does every field if `raw` is no
    mapping.
    """
    if not isinstance(raw, Mapping):
        return {name: getattr(instead, name) for name in RULES}, tuple(RULES)
    wishes: dict[str, Any] = {}
    odd = [str(name) for name in raw if name not in RULES]
    for name in RULES.keys() & raw.keys():
        try:
            wishes[name] = RULES[name].values.read(raw[name])
        except (ValueError, TypeError, KeyError):
            wishes[name] = getattr(instead, name)
            odd.append(name)
    return wishes, tuple(sorted(odd))


def _check_kinds(name: str, asked: frozenset[str], kinds: Collection[str]) -> None:
    unknown = sorted(asked - set(kinds))
    if unknown:
        raise UnknownKindError(name, f'"{unknown[0]}" is not one of: {", ".join(kinds)}')


def dump_wishes(values: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON form of wishes, the inverse of `parse_wishes`. Raises KeyError for no field."""
    return {name: RULES[name].values.write(value) for name, value in values.items()}


def policy_at(policy: Policy, place: str) -> dict[str, Any]:
    """The JSON form of the fields that do something at a checkpoint, in their order."""
    written = dump_policy(policy)
    return {name: value for name, value in written.items() if RULES[name].is_read_at(place)}


def dump_policy(policy: Policy) -> dict[str, Any]:
    """The JSON form of a complete policy, in the order of its fields."""
    return dump_wishes({name: getattr(policy, name) for name in RULES})
