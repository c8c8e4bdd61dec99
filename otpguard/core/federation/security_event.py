"""A security event that an identity provider tells of (SSF, CAEP, RISC), and what follows from it.

What follows only ever takes away. No event makes a proof, makes one younger or lifts it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from otpguard.core.federation.evidence import LONGEST_VALUE

MOST_SUBJECTS = 8
"""How many names of one subject are read."""
LONGEST_REASON = 120

_CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
_SSF = "https://schemas.openid.net/secevent/ssf/event-type/"
_RISC = "https://schemas.openid.net/secevent/risc/event-type/"
_OAUTH = "https://schemas.openid.net/secevent/oauth/event-type/"


class Dialect(StrEnum):
    """Which names of events a stream may use: those of the standard, or those of Google."""

    CAEP = "caep"
    RISC = "risc"


class SignalEffect(StrEnum):
    """What an event ends. A wider one includes those before it."""

    NOTHING = "nothing"
    PROVIDER_PROOFS = "provider_proofs"
    PROOFS = "proofs"
    SESSIONS = "sessions"


class EventFault(StrEnum):
    """Why an event was refused, in the words of RFC 8935 and SSF."""

    INVALID_REQUEST = "invalid_request"
    INVALID_KEY = "invalid_key"
    INVALID_ISSUER = "invalid_issuer"
    INVALID_AUDIENCE = "invalid_audience"
    INVALID_STATE = "invalid_state"
    AUTHENTICATION_FAILED = "authentication_failed"


class EventRefusedError(Exception):
    """An event that is not taken in; `fault` says why."""

    def __init__(self, fault: EventFault, why: str = "") -> None:
        super().__init__(f"{fault}: {why}")
        self.fault = fault
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectNames:
    """How a transmitter names a person: by (issuer, subject) and by e-mail. Both may be empty."""

    pairs: tuple[tuple[str, str], ...] = ()
    emails: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityEvent:
    """One event. `name` is the last part of its type, `at` until when things established count as
    touched by it, `state` what a verification brings back."""

    name: str
    effect: SignalEffect
    at: datetime
    subject: SubjectNames = field(default_factory=SubjectNames)
    state: str = ""
    reason: str = ""

    @property
    def is_verification(self) -> bool:
        """True for an event that only shows that the stream works."""
        return self.name == "verification"


_REQUIRED: Mapping[str, tuple[str, ...]] = {
    "credential-change": ("credential_type", "change_type"),
    "assurance-level-change": ("namespace", "current_level"),
    "device-compliance-change": ("previous_status", "current_status"),
}
"""Claims without which an event of CAEP is malformed."""

_STANDARD: Mapping[str, SignalEffect] = {
    f"{_CAEP}session-revoked": SignalEffect.SESSIONS,
    f"{_CAEP}credential-change": SignalEffect.PROVIDER_PROOFS,
    f"{_CAEP}assurance-level-change": SignalEffect.PROVIDER_PROOFS,
    f"{_CAEP}device-compliance-change": SignalEffect.PROOFS,
    f"{_CAEP}token-claims-change": SignalEffect.NOTHING,
    f"{_CAEP}session-established": SignalEffect.NOTHING,
    f"{_CAEP}session-presented": SignalEffect.NOTHING,
    f"{_CAEP}risk-level-change": SignalEffect.NOTHING,
    f"{_SSF}verification": SignalEffect.NOTHING,
    f"{_SSF}stream-updated": SignalEffect.NOTHING,
}

_GOOGLE: Mapping[str, SignalEffect] = {
    f"{_RISC}sessions-revoked": SignalEffect.SESSIONS,
    f"{_RISC}account-disabled": SignalEffect.SESSIONS,
    f"{_RISC}account-purged": SignalEffect.SESSIONS,
    f"{_RISC}account-credential-change-required": SignalEffect.PROVIDER_PROOFS,
    f"{_RISC}account-enabled": SignalEffect.NOTHING,
    f"{_RISC}verification": SignalEffect.NOTHING,
    f"{_OAUTH}tokens-revoked": SignalEffect.PROVIDER_PROOFS,
    f"{_OAUTH}token-revoked": SignalEffect.NOTHING,
}

EVENT_TYPES: Mapping[Dialect, Mapping[str, SignalEffect]] = {
    Dialect.CAEP: _STANDARD,
    Dialect.RISC: _GOOGLE,
}
"""The widest effect of every type that a stream of each dialect may send."""


def read_event(claims: Mapping[str, Any], *, dialect: Dialect, now: datetime) -> SecurityEvent:
    """The one event of verified claims. Raises EventRefusedError for more or fewer than one, for a
    type that the dialect has not, and for one without the claims that its type must have."""
    events = claims.get("events")
    if not isinstance(events, dict) or len(events) != 1:
        raise EventRefusedError(EventFault.INVALID_REQUEST, "not exactly one event")
    ((kind, said),) = events.items()
    widest = EVENT_TYPES[dialect].get(kind)
    if widest is None or not isinstance(said, dict):
        raise EventRefusedError(EventFault.INVALID_REQUEST, "an event of an unknown type")
    name = kind.rsplit("/", 1)[1]
    if kind.startswith(_CAEP) and any(
        not isinstance(said.get(each), str) for each in _REQUIRED.get(name, ())
    ):
        raise EventRefusedError(EventFault.INVALID_REQUEST, "a required claim is missing")
    state = said.get("state", "")
    return SecurityEvent(
        name=name,
        effect=_effect(name, widest, said),
        at=_moment(said.get("event_timestamp", claims.get("iat")), now),
        subject=_subject(claims.get("sub_id", said.get("subject"))),
        state=state if isinstance(state, str) and state.isprintable() else "\0",
        reason=_reason(said.get("reason_admin", said.get("reason"))),
    )


def _effect(name: str, widest: SignalEffect, said: Mapping[str, Any]) -> SignalEffect:
    """What this event really ends: news that only make something better end nothing."""
    better = (
        (name == "credential-change" and said["change_type"] == "create")
        or (name == "assurance-level-change" and said.get("change_direction") == "increase")
        or (name == "device-compliance-change" and said["current_status"] == "compliant")
    )
    return SignalEffect.NOTHING if better else widest


def _moment(value: object, now: datetime) -> datetime:
    """Never after `now`, so that what is proven later stands. Raises EventRefusedError."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise EventRefusedError(EventFault.INVALID_REQUEST, "a time that is no number")
    try:
        return min(datetime.fromtimestamp(value, tz=UTC), now)
    except (ValueError, OverflowError, OSError):
        raise EventRefusedError(EventFault.INVALID_REQUEST, "a time that is no time") from None


def _subject(value: object) -> SubjectNames:
    """The person in a simple, complex or aliased subject; nobody for what is not understood: a
    transmitter learns nothing of whom we know."""
    found = [each for each in _simple(value) if isinstance(each, dict)][:MOST_SUBJECTS]
    pairs = [(_text(each.get("iss")), _text(each.get("sub"))) for each in found]
    emails = [_text(each.get("email")) for each in found]
    return SubjectNames(
        pairs=tuple(pair for pair in pairs if all(pair)),
        emails=tuple(each for each in emails if "@" in each),
    )


def _simple(value: object) -> list[Any]:
    if not isinstance(value, dict):
        return []
    if isinstance(value.get("user"), dict):
        return _simple(value["user"]) if "user" not in value["user"] else []
    listed = value.get("identifiers")
    return listed if isinstance(listed, list) else [value]


def _text(value: object) -> str:
    """The text, or "" for one that no column could hold, such as one with half a character."""
    usable = isinstance(value, str) and len(value) <= LONGEST_VALUE and value.isprintable()
    return str(value) if usable else ""


def _reason(value: object) -> str:
    """The first text of an object by language, or the text itself, as one line that shows."""
    if isinstance(value, dict):
        value = next((each for each in value.values() if isinstance(each, str)), "")
    text = value if isinstance(value, str) else ""
    return "".join(each if each.isprintable() else " " for each in text[:LONGEST_REASON]).strip()
