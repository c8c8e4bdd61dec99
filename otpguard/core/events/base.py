"""What an audit event is, and the catalog in which each is registered under its code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, TypeVar

from otpguard.core.registry import Registry


@dataclass(frozen=True, slots=True)
class Ocsf:
    """The class and activity of the Open Cybersecurity Schema Framework 1.8.0 an event maps to."""

    class_uid: int
    activity: int

    @property
    def type_uid(self) -> int:
        """OCSF's `type_uid`: class times one hundred plus activity."""
        return self.class_uid * 100 + self.activity


AUTHENTICATION = 3002
AUTHORIZE_SESSION = 3003
ACCOUNT_CHANGE = 3001
ENTITY_MANAGEMENT = 3004
API_ACTIVITY = 6003
OTHER_ACTIVITY = 99


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An immutable audit fact. Subclasses add the fields that only they have."""

    code: ClassVar[str]
    label: ClassVar[str]
    ocsf: ClassVar[Ocsf]

    def data(self) -> dict[str, Any]:
        """The event's own fields as plain JSON values."""
        return asdict(self)


E = TypeVar("E", bound=type[Event])
CATALOG: Registry[type[Event]] = Registry("event")


def event(code: str, label: str, ocsf: Ocsf) -> Callable[[E], E]:
    """Register an event class under its code, with its English label and its OCSF mapping."""

    def register(kind: E) -> E:
        kind.code, kind.label, kind.ocsf = code, label, ocsf
        CATALOG.add(code, kind)
        return kind

    return register


def field_names(kind: type[Event]) -> tuple[str, ...]:
    """The names of an event's own fields, in order."""
    return tuple(each.name for each in fields(kind))
