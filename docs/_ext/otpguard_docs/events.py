"""Every audit event, by its subject: code, label, what it tells and its own fields."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from otpguard.core import events
from otpguard.core.events.base import CATALOG, Event, Ocsf, field_names
from otpguard.core.ocsf import ACTIVITIES, CLASSES

RECORD = Path(__file__).parents[2] / "event-kinds.json"


def lines() -> list[str]:
    """A heading for each subject, with its events below it."""
    found: list[str] = []
    for subject in events.__all__:
        module = getattr(events, subject)
        kinds = [kind for kind in CATALOG if kind.__module__ == module.__name__]
        found += [f"## {first_sentence(module.__doc__, subject)}", ""]
        for kind in sorted(kinds, key=lambda kind: kind.code):
            found += entry(kind)
    return found


def entry(kind: type[Event]) -> list[str]:
    """One event. Raises LookupError if its class says nothing, or the record does not know it."""
    told = " ".join((kind.__doc__ or "").split())
    first_sentence(told, kind.code)
    if kind.code not in record():
        raise LookupError(f"{kind.code} is not in the record: python -m tests.core.events.recorded")
    since, came = record()[kind.code]["since"], record()[kind.code]["fields"]
    own = ", ".join(
        f"`{name}`" + (f" (since {came[name]})" if came[name] != since else "")
        for name in field_names(kind)
    )
    return [
        f"### {kind.code}",
        "",
        f"*{kind.label}.* {told}",
        "",
        f"Fields: {own or 'none'}. Since {since}. OCSF: {ocsf_words(kind.ocsf)}.",
        "",
    ]


@cache
def record() -> dict[str, Any]:
    """In which release each kind came, and each of its fields."""
    found: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return found


def ocsf_words(ocsf: Ocsf) -> str:
    """The class and the activity as the schema calls them, with the number of both."""
    activity = ACTIVITIES[ocsf.class_uid].get(ocsf.activity, "Other")
    return f"{CLASSES[ocsf.class_uid]}, {activity} ({ocsf.type_uid})"


def first_sentence(text: str | None, whose: str) -> str:
    """The first line without its full stop. Raises LookupError for none."""
    if not text or not text.strip():
        raise LookupError(f"{whose} has no docstring")
    return text.strip().splitlines()[0].rstrip(".")
