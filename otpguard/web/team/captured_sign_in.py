"""What a captured sign-in said, so that people can read it and choose what shall count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from otpguard.core.federation.evidence import Protocol
from otpguard.core.federation.profiles import IDP_PROFILES, StatementPlace
from otpguard.labels import Text
from otpguard.models import IdentityProvider

PLACES: Mapping[str, Text] = {
    StatementPlace.AMR: _("method (amr)"),
    StatementPlace.ACR: _("class (acr)"),
    StatementPlace.CONTEXTS: _("SAML context class"),
    StatementPlace.ACRS: _("authentication context"),
}

MEANINGS: Mapping[str, Text] = {
    "mfa": _("confirmed in two ways"),
    "ngcmfa": _("confirmed in two ways"),
    "pwd": _("password"),
    "otp": _("a code"),
    "sms": _("text message"),
    "tel": _("phone call"),
    "swk": _("a key in software"),
    "hwk": _("a key in hardware"),
    "fpt": _("fingerprint"),
    "face": _("face"),
    "pin": _("PIN"),
    "pop": _("a key"),
    "wia": _("Windows sign-in"),
    "phr": _("resistant to phishing"),
    "phrh": _("resistant to phishing, a key in hardware"),
}
"""What some values mean (RFC 8176 and what vendors add)."""

COUNTS = _("counts")
COULD = _("could count, if you add it")
NEVER = _("does not count")


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedValue:
    """One value: where it stood, what it means if that is known, and whether it counts."""

    place: Text
    value: str
    meaning: Text
    counts: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturedSignIn:
    """A captured sign-in. `signed_in_at` is when the person signed in, if it was said."""

    values: list[CapturedValue]
    signed_in_at: datetime | None
    captured_at: datetime | None


def captured_sign_in(row: IdentityProvider) -> CapturedSignIn | None:
    """What was captured last; None if nothing was."""
    if row.captured is None:
        return None
    said = [str(each).partition("=") for each in row.captured.get("said", ())]
    return CapturedSignIn(
        values=[_value(row, place, value) for place, _equals, value in said],
        signed_in_at=_moment(str(row.captured.get("authenticated_at", ""))),
        captured_at=row.captured_at,
    )


def _value(row: IdentityProvider, place: str, value: str) -> CapturedValue:
    profile, protocol = IDP_PROFILES[row.profile], Protocol(row.protocol)
    known = place in PLACES
    counts = NEVER
    if known and value in row.accepted.get(place, ()):
        counts = COUNTS
    elif known and profile.may_list(StatementPlace(place), value, protocol):
        counts = COULD
    return CapturedValue(
        place=PLACES.get(place, place),
        value=value,
        meaning=MEANINGS.get(value, ""),
        counts=counts,
    )


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None
