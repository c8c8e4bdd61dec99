"""Audit events that a host declares: typed, labelled, in a catalog of their own.

Their codes have three words, `app.subject.past_participle`; ours have two, so that no later release
can take one of theirs. Each is a checkpoint as well, a variant of `logged_action`, which is off
until a policy asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar, get_type_hints

from otpguard.core.checkpoints import BUILT_IN, Checkpoint
from otpguard.core.events.base import CATALOG, Event, Ocsf
from otpguard.core.registry import DuplicateNameError, Registry
from otpguard.core.secret_names import DEFAULT, says_secret

PARENT = "logged_action"
LONGEST_CODE = 40

_CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){2}")
_PLAIN: Mapping[Any, Callable[[object], bool]] = {
    str: lambda value: isinstance(value, str),
    int: lambda value: isinstance(value, int) and not isinstance(value, bool),
    bool: lambda value: isinstance(value, bool),
    list[str]: lambda value: (
        isinstance(value, list) and all(isinstance(each, str) for each in value)
    ),
    dict[str, str]: lambda value: (
        isinstance(value, dict)
        and all(isinstance(each, str) for pair in value.items() for each in pair)
    ),
}
"""The types that a field may have, each with what fits it."""


class HostEventError(ValueError):
    """An event of a host's is declared or filled in wrongly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostEvent(Event):
    """The base of a host's own events: a frozen dataclass with plain fields."""


H = TypeVar("H", bound=type[HostEvent])
HOST_EVENTS: Registry[type[HostEvent]] = Registry("event of the host's")
_SENSITIVE: set[str] = set()


def register_host_event(code: str, label: str, *, ocsf: Ocsf, sensitive: bool) -> Callable[[H], H]:
    """Register a class of events under its code. Raises HostEventError, and DuplicateNameError for
    a code that is taken, or that differs from one in its dots alone."""

    def register(kind: H) -> H:
        _check(kind, code, label)
        if slug_of(code) in {slug_of(each.code) for each in HOST_EVENTS}:
            raise DuplicateNameError(f'event of the host\'s "{code}" is registered twice')
        kind.code, kind.label, kind.ocsf = code, label, ocsf
        HOST_EVENTS.add(code, kind)
        if sensitive:
            _SENSITIVE.add(code)
        return kind

    return register


def known_event(code: str) -> type[Event] | None:
    """The class of an event, ours or the host's; None for a code of another release."""
    if code in CATALOG:
        return CATALOG.get(code)
    return HOST_EVENTS.get(code) if code in HOST_EVENTS else None


def slug_of(code: str) -> str:
    """The checkpoint of a host's event: `crm.deal.edited` is `logged_action.crm_deal_edited`."""
    return f"{PARENT}.{code.replace('.', '_')}"


def known_checkpoints() -> dict[str, Checkpoint]:
    """The checkpoints that ship, and one for each event that the host has declared."""
    own = (
        Checkpoint(slug=slug_of(kind.code), label=kind.label, sensitive=kind.code in _SENSITIVE)
        for kind in HOST_EVENTS
    )
    return {**BUILT_IN, **{each.slug: each for each in own}}


def field_labels(kind: type[Event] | None) -> dict[str, str]:
    """What a host calls the fields of its event, where it says so: `metadata={"label": …}`."""
    if kind is None or not is_dataclass(kind):
        return {}
    return {
        each.name: str(each.metadata["label"]) for each in fields(kind) if "label" in each.metadata
    }


def check_values(event: HostEvent) -> None:
    """Let an event be written whose values are of the types that it declares. Raises
    HostEventError for another, and for a class that is not registered."""
    kind = type(event)
    code = str(getattr(kind, "code", ""))
    if code not in HOST_EVENTS or HOST_EVENTS.get(code) is not kind:
        raise HostEventError(f"{kind.__name__} is not declared: put @host_event(...) above it")
    hints = get_type_hints(kind)
    for each in fields(kind):
        if not _PLAIN[hints[each.name]](getattr(event, each.name)):
            raise HostEventError(f"{code}: {each.name} must be {_spelled(hints[each.name])}")


def _check(kind: type[HostEvent], code: str, label: str) -> None:
    if not _CODE.fullmatch(code) or len(code) > LONGEST_CODE:
        raise HostEventError(
            f'"{code}" is no code of a host\'s event: use three words such as "crm.deal.edited",'
            f" {LONGEST_CODE} characters at most"
        )
    if not issubclass(kind, HostEvent) or "__dataclass_fields__" not in kind.__dict__:
        raise HostEventError(f"{code}: make it a frozen dataclass that inherits from HostEvent")
    if not label.strip():
        raise HostEventError(f"{code}: it needs a label")
    hints = get_type_hints(kind)
    for each in fields(kind):
        if hints[each.name] not in _PLAIN:
            allowed = ", ".join(_spelled(hint) for hint in _PLAIN)
            raise HostEventError(f"{code}: {each.name} must be one of {allowed}")
        if says_secret(each.name, DEFAULT):
            raise HostEventError(f'{code}: "{each.name}" sounds like a secret: the log keeps none')


def _spelled(hint: Any) -> str:  # noqa: ANN401 (a type)
    return hint.__name__ if hint in {str, int, bool} else str(hint)
