"""Every code of a problem document, and every reason of a refusal."""

from __future__ import annotations

from otpguard.core.decision import Reason
from otpguard.core.problem_codes import (
    FROM_EMBEDDED_FORMS,
    FROM_GUARDS,
    FROM_PAGES,
    FROM_THE_API,
    ProblemCode,
)
from otpguard.labels import REASONS

TABLES = {
    "From guarded views": FROM_GUARDS,
    "From the API": FROM_THE_API,
    "From pages": FROM_PAGES,
    "From embedded forms": FROM_EMBEDDED_FORMS,
}


def lines() -> list[str]:
    """A table for each sender, then the reasons."""
    found: list[str] = []
    for heading, codes in TABLES.items():
        found += [
            f"## {heading}",
            "",
            "| code | status | when | more members |",
            "|---|---|---|---|",
        ]
        found += [row(code, kind) for code, kind in codes.items()]
        found.append("")
    found += ["## Reasons", "", "`reason` of a refusal, and of `otpguard.assurance()`.", ""]
    found += ["| reason | a person reads |", "|---|---|"]
    found += [f"| `{reason}` | {REASONS[reason]} |" for reason in Reason]
    return found


def row(code: str, kind: ProblemCode) -> str:
    """One code."""
    statuses = " or ".join(str(status) for status in kind.statuses)
    members = ", ".join(f"`{name}`" for name in kind.members)
    return f"| `{code}` | {statuses} | {kind.when} | {members} |"
