"""Members as CSV text, read line by line: the columns `organization`, `email` and `roles`, in any
order.

Roles are separated by spaces, commas or "|", and there may be none. Semicolons between the columns
are as good as commas. Nothing is kept of a line that was read, so a file can have any length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from otpguard.core.csv_lines import csv_lines
from otpguard.core.enrollment import ROLE

COLUMNS = ("organization", "email", "roles")
LONGEST_CELL = 255
_BETWEEN_ROLES = re.compile(r"[\s,|]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberLine:
    """One line: who is to be what, where; or, in `mistake`, why it cannot be read."""

    line: int
    tenant: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()
    mistake: str = ""


def read_members(lines: Iterable[str]) -> Iterator[MemberLine]:
    """Each line that is not empty, with the number of the line it begins in.

    A first line that does not name the columns, and text that is no CSV, are the last that is read.
    """
    rows = csv_lines(lines)
    first = next(rows, None)
    if first is None:
        yield MemberLine(line=1, mistake="There is nothing in the file.")
        return
    line, names = first
    columns = [name.strip().lower() for name in names or ()]
    if sorted(columns) != sorted(COLUMNS):
        said = f"The first line must name these columns: {', '.join(COLUMNS)}."
        yield MemberLine(line=line, mistake=said)
        return
    for line, cells in rows:
        if cells is None:
            said = "From here on, this is not valid CSV: a quotation mark is out of place."
            yield MemberLine(line=line, mistake=said)
        elif len(cells) != len(columns):
            said = f"The line must have {len(columns)} cells, not {len(cells)}."
            yield MemberLine(line=line, mistake=said)
        else:
            yield _member(line, dict(zip(columns, (cell.strip() for cell in cells), strict=True)))


def _member(line: int, cells: dict[str, str]) -> MemberLine:
    roles = tuple(dict.fromkeys(role for role in _BETWEEN_ROLES.split(cells["roles"]) if role))
    return MemberLine(
        line=line,
        tenant=cells["organization"],
        email=cells["email"],
        roles=roles,
        mistake=_mistake(cells, roles),
    )


def _mistake(cells: dict[str, str], roles: Iterable[str]) -> str:
    for name in ("organization", "email"):
        if not cells[name]:
            return f"`{name}` is missing."
        if len(cells[name]) > LONGEST_CELL or not cells[name].isprintable():
            return f"`{name}` must have at most {LONGEST_CELL} plain characters."
    for role in roles:
        if not ROLE.fullmatch(role):
            said = role[:40] if role.isprintable() else "?"
            return f"“{said}” is not a role name: use lower-case letters, digits and _ . -"
    return ""
