"""Intents: what exactly is being authorized, as a keyed digest.

A proof bound to an intent serves that one action: this checkpoint, in this tenant, on this target,
through this view, with this body. Secret fields enter the digest (keyed, so nothing can be read
back from it); fields that differ between two sendings of the same form do not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields

from otpguard.core.canonical import canonical_bytes
from otpguard.core.secrets import keyed_digest

VOLATILE_FIELDS = frozenset({"csrfmiddlewaretoken"})
TARGET_LENGTH = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One action as it was asked for. `tenant` is empty for the site's own staff.

    `path` is the path with its query, `method` the HTTP method, `body` a digest of the content.
    All three are empty for an intent that knows the action and not this very request.
    """

    checkpoint: str
    tenant: str
    user: str
    view: str
    path: str = ""
    method: str = ""
    target: str = ""
    body: str = ""


def digest(intent: Intent, *, key: bytes) -> str:
    """The keyed digest that a grant is bound to. Same action, same digest; else another."""
    return _digest(key, [exact(getattr(intent, field.name)) for field in fields(Intent)])


def form_digest(
    form: Mapping[str, Sequence[str]], *, key: bytes, files: Iterable[Sequence[str]] = ()
) -> str:
    """The keyed digest of a form: every field with all its values, less the volatile ones.

    `files` are what tells uploaded files apart, each with the name of its field.
    """
    kept = sorted(
        [exact(name), *(exact(value) for value in values)]
        for name, values in form.items()
        if name not in VOLATILE_FIELDS
    )
    return _digest(key, ["form", kept, sorted([exact(part) for part in file] for file in files)])


def raw_digest(content_type: str, sha256: str, *, key: bytes) -> str:
    """The keyed digest of any other body: its type as it was stated, and its bytes."""
    return _digest(key, ["raw", exact(content_type), sha256])


def values_digest(text: str, *, key: bytes) -> str:
    """The keyed digest of the values that a view acts on, given as one text."""
    return _digest(key, ["values", text])


def exact(text: str) -> str:
    """A text with a canonical form, a different one for every text.

    A lone surrogate, which JSON can contain, has none (see core.canonical): then the text is given
    by its bytes, marked by a leading NUL.
    """
    raw = text.encode(errors="surrogatepass")
    if text.startswith("\0") or raw.decode(errors="ignore") != text:
        return f"\0{raw.hex()}"
    return text


def _digest(key: bytes, value: object) -> str:
    return keyed_digest(key, canonical_bytes(value))


def display_target(target: str) -> str:
    """A target fit to be shown: no control or direction-changing characters, at most 80 long.

    Text that a user typed may be meant to deceive the next reader (attack A7): it is shown on pages
    only, never in a message.
    """
    if not target:
        return ""
    clean = "".join(
        " " if char.isspace() else char
        for char in target
        if char.isspace() or unicodedata.category(char)[0] != "C"
    ).strip()
    return clean if len(clean) <= TARGET_LENGTH else clean[: TARGET_LENGTH - 1] + "…"
