"""Evidence: what a login session has shown so far, one proof at a time.

A proof carries facts, never a level and never an expiry: both are computed when somebody asks,
from the profile and the live policy, so tightening a policy works at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from otpguard.core.assurance import Method, MethodFacts, Primary


class Source(StrEnum):
    """Who established a proof."""

    LOCAL = "local"
    IDP = "idp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One shown factor: a row of the grant table as the core sees it.

    `intent` is empty for a proof that is bound to no action; `uses_left` counts only for a bound
    one. `passed` names the checkpoints whose first pass is already in the log, `story` the thread
    of events that led to the proof.
    """

    grant: str
    facts: MethodFacts
    verified_at: datetime
    source: Source = Source.LOCAL
    intent: str = ""
    uses_left: int | None = None
    passed: frozenset[str] = field(default=frozenset())
    story: str = ""


def facts_to_json(facts: MethodFacts) -> dict[str, Any]:
    """The JSON that a grant row stores."""
    return {
        "method": facts.method.slug,
        "primary": str(facts.primary),
        "uv": facts.user_verified,
        "be": facts.backup_eligible,
        "attested": facts.attested,
        "short": facts.short_code,
    }


def facts_from_json(raw: Mapping[str, Any], *, methods: Mapping[str, Method]) -> MethodFacts | None:
    """The inverse of `facts_to_json`, by the `methods` that are installed.

    None for a method that is not among them (any more): such a proof proves nothing. Raises
    KeyError or ValueError for a row that is not ours.
    """
    method = methods.get(raw["method"])
    if method is None:
        return None
    return MethodFacts(
        method=method,
        primary=Primary(raw["primary"]),
        user_verified=bool(raw["uv"]),
        backup_eligible=bool(raw["be"]),
        attested=bool(raw["attested"]),
        short_code=bool(raw["short"]),
    )
