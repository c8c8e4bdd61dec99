"""Reading and writing policy fields as JSON: the one shape shared by settings, rows, forms and API.

Durations are whole seconds, levels are "AAL1" to "AAL3", sets and orders are lists of slugs.
`parse` is where a wish out of bounds is refused, so a window of 31 minutes gets the same answer
wherever it is asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from otpguard.core.assurance import AssuranceLevel, Channel, FactorKind
from otpguard.core.policy import (
    ATTEMPTS_CAP,
    CODE_TTL_CAP,
    FIELD_NAMES,
    TTL_CAP,
    Enforcement,
    Policy,
    UserVerification,
    is_site_only,
)
from otpguard.core.registry import nearest

T = TypeVar("T")
E = TypeVar("E", FactorKind, Channel)


class WishError(ValueError):
    """A wish cannot be read. `field` names it; `message` says what would be right."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


def parse(raw: Mapping[str, object], *, by_tenant: bool = False) -> dict[str, Any]:
    """Wishes from JSON values.

    `by_tenant` refuses the fields that only the site may set. Raises WishError for an unknown
    field, a value of the wrong shape or one out of bounds.
    """
    wishes: dict[str, Any] = {}
    for name, value in raw.items():
        if name not in _READERS:
            raise WishError(name, f"no such policy field, {nearest(name, list(FIELD_NAMES))}")
        if by_tenant and is_site_only(name):
            raise WishError(name, "only the operators of the site may set this")
        try:
            wishes[name] = _READERS[name](value)
        except ValueError as error:
            raise WishError(name, str(error)) from None
    return wishes


def dump(values: Mapping[str, Any]) -> dict[str, Any]:
    """The JSON form of wishes, the inverse of `parse`."""
    return {name: _write(value) for name, value in values.items()}


def dump_policy(policy: Policy) -> dict[str, Any]:
    """The JSON form of a complete policy, in the order of its fields."""
    return dump({name: getattr(policy, name) for name in FIELD_NAMES})


def _write(value: Any) -> Any:  # noqa: ANN401 (each field has its own type)
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if isinstance(value, AssuranceLevel):
        return value.name
    if isinstance(value, Enforcement | UserVerification):
        return value.name.lower()
    if isinstance(value, frozenset):
        return sorted(str(item) for item in value)
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def _level(value: object) -> AssuranceLevel:
    if isinstance(value, AssuranceLevel):
        return value
    if isinstance(value, str) and value in AssuranceLevel.__members__:
        return AssuranceLevel[value]
    raise ValueError('must be "AAL1", "AAL2" or "AAL3"')


def _enforcement(value: object) -> Enforcement:
    if isinstance(value, str) and value.upper() in Enforcement.__members__:
        return Enforcement[value.upper()]
    raise ValueError('must be "enforce" or "report_only"')


def _verification(value: object) -> UserVerification:
    if isinstance(value, UserVerification):
        return value
    if isinstance(value, str) and value.upper() in UserVerification.__members__:
        return UserVerification[value.upper()]
    raise ValueError('must be "preferred" or "required"')


def _seconds(low: int, high: int) -> Callable[[object], timedelta]:
    def read(value: object) -> timedelta:
        if isinstance(value, timedelta):
            value = int(value.total_seconds())
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"must be whole seconds from {low} to {high}")
        return timedelta(seconds=value)

    return read


def _count(low: int, high: int) -> Callable[[object], int]:
    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return value

    return read


def _members(kind: type[E], value: object) -> list[E]:
    known = [str(member) for member in kind]
    if not isinstance(value, list | tuple | set | frozenset):
        raise ValueError("must be a list of: " + ", ".join(known))
    unknown = [str(item) for item in value if str(item) not in known]
    if unknown:
        raise ValueError(f'"{unknown[0]}" is not one of: ' + ", ".join(known))
    return [kind(str(item)) for item in value]


def _factors(value: object) -> frozenset[FactorKind]:
    kinds = frozenset(_members(FactorKind, value))
    if FactorKind.PASSKEY not in kinds:
        # NIST SP 800-63B-4, 2.2.2: a phishing-resistant option is always offered.
        raise ValueError('must contain "passkey": a phishing-resistant factor is always offered')
    return kinds


def _channels(value: object) -> frozenset[Channel]:
    return frozenset(_members(Channel, value))


def _order(value: object) -> tuple[Channel, ...]:
    order = tuple(_members(Channel, value))
    if not order or len(set(order)) != len(order):
        raise ValueError("must name at least one channel, each once")
    return order


_DAY = 86_400
_READERS: dict[str, Callable[[object], Any]] = {
    "active": _flag,
    "required_level": _level,
    "ttl": _seconds(60, int(TTL_CAP[AssuranceLevel.AAL2].total_seconds())),
    "binds_intent": _flag,
    "allowed_factors": _factors,
    "allowed_channels": _channels,
    "preferred_methods": _order,
    "fallback_timeout": _seconds(2, 120),
    "code_ttl": _seconds(60, int(CODE_TTL_CAP.total_seconds())),
    "max_attempts": _count(1, ATTEMPTS_CAP),
    "user_verification": _verification,
    "attested_only": _flag,
    "hold": _seconds(0, 30 * _DAY),
    "enforcement": _enforcement,
}
