"""Every audit event, by its subject: code, label, what it tells and its own fields."""

from __future__ import annotations

import sys

from otpguard.core import events
from otpguard.core.events.base import CATALOG, Event, field_names


def lines() -> list[str]:
    """A heading for each subject, with its events below it."""
    found: list[str] = []
    for subject in events.__all__:
        module = sys.modules[f"otpguard.core.events.{subject}"]
        kinds = [kind for kind in CATALOG if kind.__module__ == module.__name__]
        found += [f"## {first_sentence(module.__doc__, subject)}", ""]
        for kind in sorted(kinds, key=lambda kind: kind.code):
            found += entry(kind)
    return found


def entry(kind: type[Event]) -> list[str]:
    """One event. Raises LookupError if its class says nothing."""
    told = " ".join((kind.__doc__ or "").split())
    first_sentence(told, kind.code)
    own = ", ".join(f"`{name}`" for name in field_names(kind)) or "none"
    return [
        f"### {kind.code}",
        "",
        f"*{kind.label}.* {told}",
        "",
        f"Fields: {own}. OCSF: {kind.ocsf.type_uid}.",
        "",
    ]


def first_sentence(text: str | None, whose: str) -> str:
    """The first line without its full stop. Raises LookupError for none."""
    if not text or not text.strip():
        raise LookupError(f"{whose} has no docstring")
    return text.strip().splitlines()[0].rstrip(".")
