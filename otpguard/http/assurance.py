"""What this request's login has proven, which level that reaches, and why not a higher one.

seen = otpguard.assurance(request, "api_key.production")
if not seen.passes:
    hint = seen.text     # "Your phone code is not enough here: this action needs a passkey, …"
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.core.assurance import AssuranceLevel, Method
from otpguard.core.assurance_view import AssuranceView
from otpguard.core.decision import Reason
from otpguard.core.evidence import Source
from otpguard.flows.checkpoint.assurance import assurance_of
from otpguard.http.facts import facts_of
from otpguard.labels import LEVELS, method_label, reason_text, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Assurance:
    """Whether a request passes a checkpoint, and why.

    `passes` is what the guard would answer to a request that binds nothing, a plain GET; `reason`
    says why. `level` is the level of the proof that was considered, `required` the level that is
    needed; `method`, `source` and `age` are those of the proof, None without one. `text` says it
    all in the active language.
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
    """Whether this request would pass `checkpoint`. Reads once, writes nothing, asks for no proof.

    Works for visitors as well: `text` tells them to log in. Raises ImproperlyConfigured for an
    unknown checkpoint.
    """
    named = checkpoint_named(checkpoint)
    seen = assurance_of(facts_of(request), named)
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
        return str(reason_text(seen.reason))
    said = shown(seen.method)
    match seen.reason:
        case Reason.PROVEN:
            return _("%(shown)s is enough here.") % {"shown": said}
        case Reason.LEVEL_TOO_LOW:
            needed = LEVELS[seen.required]
            return _("%(shown)s is not enough here: this action needs %(needed)s.") % {
                "shown": said,
                "needed": needed,
            }
        case Reason.PROOF_STALE if seen.age is not None and seen.fresh_for is not None:
            return _("%(method)s: confirmed %(age)s ago; here it counts for %(limit)s.") % {
                "method": method_label(seen.method.slug),
                "age": span(seen.age),
                "limit": span(seen.fresh_for),
            }
        case _:
            return str(reason_text(seen.reason))


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
