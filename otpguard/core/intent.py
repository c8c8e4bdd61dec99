"""Intents: what exactly is being authorised, as a keyed digest.

A proof bound to an intent serves that one action: this checkpoint, in this tenant, on this target,
through this view, with this body. Secret fields enter the digest (keyed, so nothing can be read
back from it); fields that differ between two sendings of the same form do not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from otpguard.core.canonical import dump
from otpguard.core.secrets import keyed_digest

VOLATILE_FIELDS = frozenset({"csrfmiddlewaretoken"})
TARGET_LENGTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One action as it was asked for. `tenant` is empty for the site's own staff."""

    checkpoint: str
    tenant: str
    user: str
    view: str
    target: str = ""
    body: str = ""


def digest(intent: Intent, *, key: bytes) -> str:
    """The keyed digest that a grant is bound to. Same action, same digest; else another."""
    return keyed_digest(
        key,
        dump(
            [
                intent.checkpoint,
                intent.tenant,
                intent.user,
                intent.view,
                intent.target,
                intent.body,
            ]
        ),
    )


def body_digest(
    fields: Mapping[str, Sequence[str]],
    *,
    key: bytes,
    files: Iterable[tuple[str, str, str]] = (),
    volatile: frozenset[str] = frozenset(),
) -> str:
    """The keyed digest of a form: every field with all its values, less the volatile ones.

    `files` are (field, file name, SHA-256 of the content).
    """
    skipped = VOLATILE_FIELDS | volatile
    kept = {name: list(values) for name, values in fields.items() if name not in skipped}
    return keyed_digest(key, dump([kept, sorted(list(file) for file in files)]))


def display(target: str) -> str:
    """A target fit to be shown: no control or direction-changing characters, at most 80 long.

    What a user typed may be meant to deceive the next reader (attack A7); it is shown on pages
    only, never put into a message.
    """
    if not target:
        return ""
    clean = "".join(
        " " if char.isspace() else char
        for char in target
        if char.isspace() or unicodedata.category(char)[0] != "C"
    ).strip()
    return clean if len(clean) <= TARGET_LENGTH else clean[: TARGET_LENGTH - 1] + "…"
