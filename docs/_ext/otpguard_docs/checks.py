"""Every system check, by what it does to `manage.py check`, in the order of numbers."""

from __future__ import annotations

from otpguard.checks.codes import CODES

KINDS = {
    "E": ("Errors", "`manage.py check` fails."),
    "W": ("Warnings", "`manage.py check` passes and says so."),
    "I": ("For information", "Only said; nothing is wrong."),
}


def lines() -> list[str]:
    """A table for each kind."""
    found: list[str] = []
    for letter, (heading, meaning) in KINDS.items():
        found += [f"## {heading}", "", meaning, "", "| number | means |", "|---|---|"]
        found += [
            f"| `{code}` | {text} |"
            for code, text in sorted(CODES.items())
            if code.removeprefix("otpguard.").startswith(letter)
        ]
        found.append("")
    return found
