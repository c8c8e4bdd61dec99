"""Prefix rules as CSV text: the columns `prefix`, `action`, `until` and `source`, in any order.

`action` is "block" or "allow". `until` is a day, to its end in UTC, a moment in ISO 8601, or empty
for good; `source` may be empty, and both columns may be missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from otpguard.core.csv_lines import csv_lines
from otpguard.core.plain_text import plain_text
from otpguard.core.pumping.prefix_rules import (
    ListAction,
    ListedPrefix,
    PrefixError,
    RuleKey,
    clean_prefix,
)

NEEDED = ("prefix", "action")
COLUMNS = (*NEEDED, "until", "source")
LONGEST_SOURCE = 80
_FORMULA = ("=", "+", "-", "@")
"""What a spreadsheet would compute when it opens a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleLine:
    """One line: its rule, or in `mistake` why it cannot be read."""

    line: int
    rule: ListedPrefix | None = None
    mistake: str = ""


def read_rules(lines: Iterable[str], *, now: datetime) -> Iterator[RuleLine]:
    """Each line that is not empty, with the number of the line that it begins in.

    A first line that does not name the columns, and text that is no CSV, are the last that is read.
    """
    rows = csv_lines(lines)
    line, names = next(rows, (1, None))
    columns = [name.strip().lower() for name in names or ()]
    if problem := _wrong_columns(columns):
        yield RuleLine(line=line, mistake=problem)
        return
    seen: dict[RuleKey, int] = {}
    for line, cells in rows:
        if cells is None:
            said = "From here on, this is not valid CSV: a quotation mark is out of place."
            yield RuleLine(line=line, mistake=said)
        elif len(cells) != len(columns):
            said = f"The line must have {len(columns)} cells, not {len(cells)}."
            yield RuleLine(line=line, mistake=said)
        else:
            yield _once(_rule(line, columns, cells, now), seen)


def write_rules(rules: Iterable[ListedPrefix]) -> Iterator[str]:
    """The lines of a file that `read_rules` reads back to the same rules."""
    yield _line(COLUMNS)
    for rule in rules:
        until = "" if rule.until is None else rule.until.astimezone(UTC).isoformat()
        yield _line((rule.prefix, rule.action.value, until, rule.source))


def clean_source(raw: str) -> str:
    """Who supplied a rule. Raises ValueError; the message says what is wrong."""
    found = plain_text(raw)
    if len(found) > LONGEST_SOURCE:
        raise ValueError(f"`source` must have at most {LONGEST_SOURCE} characters.")
    if found.startswith(_FORMULA):
        raise ValueError("`source` must not begin with = + - @: a spreadsheet would compute it.")
    return found


def _wrong_columns(columns: Sequence[str]) -> str:
    if not columns:
        return "There is nothing in the file."
    unknown = set(columns) - set(COLUMNS)
    if unknown or len(set(columns)) != len(columns) or not set(NEEDED) <= set(columns):
        return "The first line must name these columns: prefix, action; it may name until, source."
    return ""


def _rule(line: int, columns: Sequence[str], cells: Sequence[str], now: datetime) -> RuleLine:
    values = dict(zip(columns, (cell.strip() for cell in cells), strict=True))
    try:
        rule = ListedPrefix(
            prefix=clean_prefix(values["prefix"]),
            action=_action(values["action"]),
            until=_until(values, now),
            source=clean_source(values.get("source", "")),
        )
    except (PrefixError, ValueError) as error:
        return RuleLine(line=line, mistake=str(error))
    return RuleLine(line=line, rule=rule)


def _once(read: RuleLine, seen: dict[RuleKey, int]) -> RuleLine:
    if read.rule is None:
        return read
    first = seen.setdefault((read.rule.prefix, read.rule.action), read.line)
    if first == read.line:
        return read
    return RuleLine(line=read.line, mistake=f"Line {first} has the same prefix and action.")


def _action(raw: str) -> ListAction:
    try:
        return ListAction(raw.lower())
    except ValueError:
        raise ValueError("`action` must be block or allow.") from None


def _until(values: Mapping[str, str], now: datetime) -> datetime | None:
    raw = values.get("until", "")
    if not raw:
        return None
    try:
        until = _moment(raw)
    except (ValueError, OverflowError):
        raise ValueError("`until` must be a day or a moment, such as 2026-12-31.") from None
    if until <= now:
        raise ValueError("`until` is over already.")
    return until


def _moment(raw: str) -> datetime:
    try:
        day = date.fromisoformat(raw)
    except ValueError:
        found = datetime.fromisoformat(raw)
        found = found if found.tzinfo is not None else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    return datetime.combine(day, time.min, tzinfo=UTC) + timedelta(days=1)


def _line(cells: Sequence[str]) -> str:
    return ",".join(map(_quoted, cells)) + "\n"


def _quoted(cell: str) -> str:
    text = cell.replace('"', '""')
    return f'"{text}"' if set(cell) & set(',;"') else text
