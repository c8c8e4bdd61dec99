"""Assurance in the open: what this request's login has shown, what it is worth, and why not more.

seen = otpguard.assurance(request, "api_key.production")
if not seen.passes:
    hint = seen.text     # "Your phone code proves AAL2; this needs a passkey, …"
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.assurance import AssuranceLevel, Method
from otpguard.core.assurance_view import AssuranceView
from otpguard.core.decision import Reason
from otpguard.core.evidence import Source
from otpguard.flows.assurance import assurance_of
from otpguard.http.facts import facts_from
from otpguard.labels import LEVELS, METHODS, NOTHING, REASONS, SHOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Assurance:
    """Where a request stands at a checkpoint.

    `passes` is what the guard would answer to a request that binds nothing, a plain GET; `reason`
    says why. `level` is what the proof behind the answer is worth, `required` what is asked for;
    `method`, `source` and `age` are that proof's, None without one. `text` says it all in the
    language that is active.
    """

    passes: bool
    reason: Reason
    text: str
    required: AssuranceLevel | None = None
    level: AssuranceLevel | None = None
    method: Method | None = None
    source: Source | None = None
    age: timedelta | None = None


def assurance(
    request: Any,  # noqa: ANN401 (Django's request, or the framework's that wraps one)
    checkpoint: str,
) -> Assurance:
    """Where this request stands at `checkpoint`. Reads once, writes nothing, asks nobody.

    Also for visitors: they are told to log in. Raises ImproperlyConfigured for a checkpoint that
    there is not.
    """
    named = checkpoint_named(checkpoint)
    inner: HttpRequest = getattr(request, "_request", request)
    if request is inner:
        facts = facts_from(inner)
    else:
        # A framework that authenticates by itself, as for the guard.
        facts = facts_from(inner, user=request.user, bearer=request.auth is not None)
    seen = assurance_of(facts, named)
    return Assurance(
        passes=seen.passes,
        reason=seen.reason,
        text=text_of(seen),
        required=seen.required,
        level=seen.level,
        method=seen.method,
        source=seen.source,
        age=seen.age,
    )


def text_of(seen: AssuranceView) -> str:
    """One sentence for people: what was shown, and what is asked for instead."""
    if seen.required is None or seen.method is None:
        return str(REASONS[seen.reason])
    level = seen.level.name if seen.level else NOTHING
    shown = SHOWN[seen.method] % {"level": level}
    match seen.reason:
        case Reason.PROVEN:
            return _("%(shown)s; that is enough here.") % {"shown": shown}
        case Reason.LEVEL_TOO_LOW:
            needed = LEVELS[seen.required]
            return _("%(shown)s; this needs %(needed)s.") % {"shown": shown, "needed": needed}
        case Reason.PROOF_STALE if seen.age is not None and seen.fresh_for is not None:
            return _("%(method)s: confirmed %(age)s ago; here it counts for %(limit)s.") % {
                "method": METHODS[seen.method],
                "age": span(seen.age),
                "limit": span(seen.fresh_for),
            }
        case _:
            return str(REASONS[seen.reason])


def span(length: timedelta) -> str:
    """A length of time in whole minutes, hours or days, as people say it; never less than one
    minute."""
    minutes = max(1, length // timedelta(minutes=1))
    if minutes < 2 * 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours <= 2 * 24:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    return ngettext("%(n)d day", "%(n)d days", hours // 24) % {"n": hours // 24}
