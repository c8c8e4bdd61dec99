"""Lists of prefixes that operators keep: the longest rule that fits a number counts.

Of two rules for the same prefix the block counts. An allowed prefix is never blocked by the
statistics; caps and budgets hold for it as for any other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SHORTEST, LONGEST = 1, 15
_PREFIX = re.compile(r"\+?[1-9][0-9]{0,14}")
_BETWEEN = str.maketrans("", "", " -().\u00a0")


class ListAction(StrEnum):
    """What a rule says about numbers."""

    BLOCK = "block"
    ALLOW = "allow"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedPrefix:
    """One rule. It holds until `until`, or for good if that is None."""

    prefix: str
    action: ListAction
    until: datetime | None = None
    source: str = ""


class PrefixError(ValueError):
    """This is not a prefix of phone numbers; the message says what one looks like."""


def clean_prefix(raw: str) -> str:
    """A prefix as "+" and digits, from what a person types. Raises PrefixError."""
    found = raw.translate(_BETWEEN)
    if not _PREFIX.fullmatch(found):
        raise PrefixError("A prefix has a calling code and at most 15 digits, such as +92300.")
    return f"+{found.removeprefix('+')}"


RuleKey = tuple[str, ListAction]


def rule_for(
    e164: str, rules: Mapping[RuleKey, ListedPrefix], now: datetime
) -> ListedPrefix | None:
    """The longest rule that fits the number and holds at `now`; a block before an allowance."""
    for length in range(min(len(e164), LONGEST + 1), SHORTEST, -1):
        for action in (ListAction.BLOCK, ListAction.ALLOW):
            found = rules.get((e164[:length], action))
            if found is not None and (found.until is None or found.until > now):
                return found
    return None
