"""The token of a form that a stranger may send: which form, which browser, since when, and once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from otpguard.core.clock import CLOCK_SKEW

FORM_LIFE = timedelta(minutes=30)
"""How long a form may stay open before it has to be sent again; as long as its URL."""

_ONE_MS = timedelta(milliseconds=1)


class FormFault(StrEnum):
    """Why a form does not count. For operators; people are only asked to send it again."""

    MISSING = "missing"
    """No token, one that nobody here has made, or one that was changed."""

    OLD = "old"
    OTHER_FORM = "other_form"
    OTHER_BROWSER = "other_browser"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPlace:
    """Where a form stands. `source` is its checkpoint; `origin` is empty on our own pages, else
    that of the site that embeds it; `browser` is empty in one that sent no cookie."""

    source: str
    tenant: str
    browser: str = field(default="", repr=False)
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormToken:
    """What a token says. `key` is random and spent by the send.

    `shown_at` is when the person first saw the form, which a second token of the same form keeps;
    `fingerprint` is that of the browser's first answer, so that a later one cannot change it.
    """

    key: str = field(repr=False)
    place: FormPlace
    issued_at: datetime
    shown_at: datetime
    fingerprint: str = ""

    def dump(self) -> str:
        """As text, to be encrypted."""
        return json.dumps(
            {
                "key": self.key,
                "source": self.place.source,
                "tenant": self.place.tenant,
                "browser": self.place.browser,
                "origin": self.place.origin,
                "issued_at": self.issued_at.isoformat(),
                "shown_at": self.shown_at.isoformat(),
                "fingerprint": self.fingerprint,
            },
            separators=(",", ":"),
        )


def parse_form_token(text: str) -> FormToken | None:
    """What `dump` has written; None for what another release wrote."""
    try:
        said = json.loads(text)
        place = FormPlace(**{name: str(said[name]) for name in FormPlace.__dataclass_fields__})
        return FormToken(
            key=str(said["key"]),
            place=place,
            issued_at=datetime.fromisoformat(said["issued_at"]),
            shown_at=datetime.fromisoformat(said["shown_at"]),
            fingerprint=str(said["fingerprint"]),
        )
    except (ValueError, TypeError, KeyError):
        return None


def form_fault(token: FormToken | None, place: FormPlace, *, now: datetime) -> FormFault | None:
    """Why a token does not count at `place`; None for one that does.

    A browser without a cookie is the one that the token names; one with a cookie must be the same.
    A token from the future does not count either: it would live too long.
    """
    if token is None:
        return FormFault.MISSING
    mine, here = token.place, place
    if (mine.source, mine.tenant, mine.origin) != (here.source, here.tenant, here.origin):
        return FormFault.OTHER_FORM
    if here.browser and mine.browser != here.browser:
        return FormFault.OTHER_BROWSER
    if not -CLOCK_SKEW <= now - token.issued_at < FORM_LIFE:
        return FormFault.OLD
    return None


def filled_ms(token: FormToken, *, now: datetime) -> int:
    """How long it took to fill in the form, in milliseconds; never less than 0."""
    return max(0, (now - token.shown_at) // _ONE_MS)
