"""What an audit event is, and the catalog in which each is registered under its code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, TypeVar

from otpguard.core.registry import Registry


class OcsfStatus(StrEnum):
    """Whether what an event tells of went well, in the words of the schema."""

    NEUTRAL = ""
    SUCCESS = "Success"
    FAILURE = "Failure"


INFORMATIONAL, MEDIUM, HIGH = 1, 3, 4
"""Severities of the schema."""


@dataclass(frozen=True, slots=True)
class Ocsf:
    """The class and activity of the Open Cybersecurity Schema Framework 1.8.0 an event maps to.

    `outcome` is its status, `severity` its severity; `new_logon` marks what begins a login session,
    and does not confirm one.
    """

    class_uid: int
    activity: int
    outcome: OcsfStatus = OcsfStatus.NEUTRAL
    severity: int = INFORMATIONAL
    new_logon: bool = False

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
    personal_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that say something about a person: encrypted under the key of the one whom the event
    is about."""
    people_fields: ClassVar[tuple[str, ...]] = ()
    """Fields that are keys of users, one or a list: the body has their references."""

    def data(self) -> dict[str, Any]:
        """The event's own fields as plain JSON values."""
        return asdict(self)


E = TypeVar("E", bound=type[Event])
CATALOG: Registry[type[Event]] = Registry("event")


def event(
    code: str,
    label: str,
    ocsf: Ocsf,
    *,
    personal: tuple[str, ...] = (),
    people: tuple[str, ...] = (),
) -> Callable[[E], E]:
    """Register an event class under its code, with its English label and its OCSF mapping.

    `personal` and `people` are the names of such fields, see `Event`. Raises ValueError for a name
    that is no field.
    """

    def register(kind: E) -> E:
        if unknown := {*personal, *people} - set(field_names(kind)):
            raise ValueError(f"{code} has no fields {', '.join(sorted(unknown))}")
        kind.code, kind.label, kind.ocsf = code, label, ocsf
        kind.personal_fields, kind.people_fields = personal, people
        CATALOG.add(code, kind)
        return kind

    return register


def field_names(kind: type[Event]) -> tuple[str, ...]:
    """The names of an event's own fields, in order."""
    return tuple(each.name for each in fields(kind))
