"""Rules to replay decisions against, read from CSV: what a layer's finding leads to instead.

    layer,reason,action,weight,work_level
    network,*,record_only,,
    reputation,prefix,another_way,80,
    money,country_budget,proof_of_work,,2

`*` stands for every reason of a layer that has no line of its own. An empty weight or level stays
as it was recorded.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from otpguard.core.pumping.verdict import Action, Layer, Signal
from otpguard.core.registry import nearest

COLUMNS = ("layer", "reason", "action", "weight", "work_level")
EVERY_REASON = "*"
RECORD_ONLY = "record_only"
MOST_WEIGHT, MOST_LEVEL = 100, 3
_ACTIONS: Mapping[str, Action] = {each.name.lower(): each for each in Action}


class ReplayRulesError(ValueError):
    """The file cannot be used. `mistakes` are all of them, each with its line."""

    def __init__(self, mistakes: Iterable[str]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("; ".join(self.mistakes))


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleChange:
    """What a finding leads to. None keeps what was recorded."""

    action: Action
    weight: int | None = None
    work_level: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayRules:
    """Layers that only record, and changes by layer and reason."""

    record_only: frozenset[Layer] = frozenset()
    changes: Mapping[tuple[Layer, str], RuleChange] = field(default_factory=dict)

    def changed(self, signal: Signal) -> Signal:
        """The signal as these rules would have it; the line for its reason counts first."""
        keys = ((signal.layer, signal.reason), (signal.layer, EVERY_REASON))
        found = next((self.changes[key] for key in keys if key in self.changes), None)
        if found is None:
            return signal
        level = signal.work_level if found.work_level is None else found.work_level
        if found.action is Action.PROOF_OF_WORK:
            level = max(1, level)
        return replace(
            signal,
            action=found.action,
            weight=signal.weight if found.weight is None else found.weight,
            work_level=level,
        )


def read_replay_rules(text: str) -> ReplayRules:
    """The rules of a CSV file, with a comma or a semicolon between cells, and a mark of byte order
    or none. Raises ReplayRulesError with every mistake."""
    text = text.removeprefix("\ufeff")
    first = text.partition("\n")[0]
    rows = csv.reader(
        text.splitlines(), delimiter=";" if first.count(";") > first.count(",") else ","
    )
    mistakes: list[str] = []
    only: dict[Layer, int] = {}
    changes: dict[tuple[Layer, str], RuleChange] = {}
    lines: dict[tuple[str, str], int] = {}
    header: list[str] | None = None
    try:
        for row in rows:
            cells = [cell.strip() for cell in row]
            if not any(cells) or cells[0].startswith("#"):
                continue
            if header is None:
                header = [cell.lower() for cell in cells]
                mistakes += _header_mistakes(header, rows.line_num)
                if mistakes:
                    break
                continue
            try:
                _read_row(
                    dict(zip(header, cells, strict=False)), only, changes, lines, rows.line_num
                )
            except ValueError as wrong:
                mistakes.append(f"line {rows.line_num}: {wrong}")
    except csv.Error as wrong:
        mistakes.append(f"line {rows.line_num}: {wrong}")
    if header is None:
        mistakes.append(f"line 1: the first line must name the columns: {', '.join(COLUMNS)}")
    if mistakes:
        raise ReplayRulesError(mistakes)
    return ReplayRules(record_only=frozenset(only), changes=changes)


def _header_mistakes(header: list[str], line: int) -> list[str]:
    found = [
        f'line {line}: unknown column "{name}", {nearest(name, list(COLUMNS))}'
        for name in header
        if name not in COLUMNS
    ]
    found += [
        f'line {line}: the column "{name}" is missing'
        for name in ("layer", "action")
        if name not in header
    ]
    return found


def _read_row(
    cells: Mapping[str, str],
    only: dict[Layer, int],
    changes: dict[tuple[Layer, str], RuleChange],
    lines: dict[tuple[str, str], int],
    line: int,
) -> None:
    layer = _layer(cells.get("layer", ""))
    reason = cells.get("reason", "") or EVERY_REASON
    if (layer, reason) in lines:
        raise ValueError(f"{layer}, {reason} is in line {lines[layer, reason]} already")
    lines[layer, reason] = line
    action = cells.get("action", "").lower()
    if action == RECORD_ONLY:
        if reason != EVERY_REASON:
            raise ValueError(f'{RECORD_ONLY} is for a whole layer: write "*" as the reason')
        only[layer] = line
        return
    if action not in _ACTIONS:
        raise ValueError(f'"{action}", {nearest(action, [*_ACTIONS, RECORD_ONLY])}')
    changes[layer, reason] = RuleChange(
        action=_ACTIONS[action],
        weight=_number("weight", cells.get("weight", ""), MOST_WEIGHT),
        work_level=_number("work_level", cells.get("work_level", ""), MOST_LEVEL),
    )


def _layer(name: str) -> Layer:
    try:
        return Layer(name.lower())
    except ValueError:
        raise ValueError(
            f'"{name}", {nearest(name.lower(), [each.value for each in Layer])}'
        ) from None


def _number(column: str, text: str, most: int) -> int | None:
    if not text:
        return None
    if not (
        text.isascii() and text.isdigit() and len(text) <= len(str(most)) and int(text) <= most
    ):
        raise ValueError(f'{column} must be a number from 0 to {most}, is "{text[:20]}"')
    return int(text)
