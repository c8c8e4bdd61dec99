"""What a benchmark found, in the one shape that all of them hand back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

Of = Literal["ours", "peer", "limit"]
COLUMNS = ("work", "peer", "limit", "ours", "ratio", "asked", "met")
NOTHING = "-"


@dataclass(frozen=True, slots=True)
class Side:
    """The median of one contender over the rounds, in its unit: `/s`, `µs`, `ms`, `s` or `MB`."""

    name: str
    value: float
    unit: str
    note: str = ""

    def __str__(self) -> str:
        beside = f" ({self.note})" if self.note else ""
        return f"{self.name} {_number(self.value)} {self.unit}{beside}".strip()


@dataclass(frozen=True, slots=True)
class Ask:
    """What was asked: a bound of the ratio to the peer or the limit, or of our value itself."""

    of: Of
    bound: float
    at_most: bool

    def is_met_by(self, found: float) -> bool:
        """True when what was found keeps the bound."""
        return found <= self.bound if self.at_most else found >= self.bound


def at_least(bound: float, of: Of = "peer") -> Ask:
    """So much or more."""
    return Ask(of, bound, at_most=False)


def at_most(bound: float, of: Of = "peer") -> Ask:
    """So much or less."""
    return Ask(of, bound, at_most=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One row. The ratios are ours / theirs in the row's unit: medians of those within a round."""

    work: str
    ours: Side
    peer: Side | None = None
    limit: Side | None = None
    to_peer: float | None = None
    to_limit: float | None = None
    asked: Ask | None = None

    @property
    def met(self) -> bool | None:
        """Whether it is as was asked; None when nothing was asked."""
        if self.asked is None:
            return None
        found = {"ours": self.ours.value, "peer": self.to_peer, "limit": self.to_limit}
        value = found[self.asked.of]
        return value is not None and self.asked.is_met_by(value)

    def cells(self) -> list[str]:
        """The row as texts, in the order of COLUMNS."""
        ratios = [
            f"{found:.2f} x {name}"
            for found, name in ((self.to_peer, "peer"), (self.to_limit, "limit"))
            if found is not None
        ]
        met = {None: NOTHING, True: "yes", False: "**no**"}[self.met]
        sides = [str(side) if side else NOTHING for side in (self.peer, self.limit, self.ours)]
        return [self.work, *sides, ", ".join(ratios) or NOTHING, self._ask(), met]

    def _ask(self) -> str:
        if self.asked is None:
            return NOTHING
        sign = "≤" if self.asked.at_most else "≥"
        unit = self.ours.unit if self.asked.of == "ours" else f"x {self.asked.of}"
        return f"{sign} {self.asked.bound:g} {unit}".strip()

    def as_json(self) -> dict[str, Any]:
        """The row as plain values, with whether it is met."""
        return {**asdict(self), "met": self.met}

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Figure:
        """The row that `as_json` gave. Raises KeyError or TypeError for anything else."""
        known = {name: row[name] for name in cls.__dataclass_fields__}
        for name in ("ours", "peer", "limit"):
            known[name] = Side(**known[name]) if known[name] else None
        known["asked"] = Ask(**known["asked"]) if known["asked"] else None
        return cls(**known)


def table(figures: Sequence[Figure]) -> str:
    """All rows as one Markdown table."""
    rows = [COLUMNS, ["---"] * len(COLUMNS), *(figure.cells() for figure in figures)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def write(figures: Sequence[Figure], path: Path, **beside: Any) -> None:
    """Hand the rows over as a file of JSON, with what else is to be known of the run."""
    found = {**beside, "figures": [figure.as_json() for figure in figures]}
    path.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")


def read(path: Path) -> list[Figure]:
    """The rows of such a file."""
    return [Figure.from_json(row) for row in json.loads(path.read_text("utf-8"))["figures"]]


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
