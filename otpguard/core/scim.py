"""SCIM as values: what Okta and Entra ID send and mean, which number a code may go to, and when too
many people are removed at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

WINDOW = timedelta(hours=1)
"""Removals within this time count together."""

SHARE = 5
"""One in so many people may be removed in a window: a fifth."""

FEW = 5
"""So many removals in a window are never too many: in a small tenant two people are a fifth."""

FOR_CODES = "forCodes"
"""Names, among phone numbers, the one that a directory gives for codes by our own extension."""

MOST_OPERATIONS = 1000
"""So many operations may stand in one PATCH."""

_GROUP = "urn:ietf:params:scim:schemas:core:2.0:group:"
_BY_FILTER = re.compile(
    r'members\[\s*value\s+eq\s+"([^"\\]*)"(?:\s+and\s+type\s+eq\s+"User")?\s*\]',
    re.IGNORECASE,
)
"""One person among the members. All members are users, so their type may be named beside."""

_SELECTED = re.compile(r'(\w+)\[\s*(\w+)\s+eq\s+"([^"]*)"\s*\]\.(\w+)', re.IGNORECASE)
_PART_OF_ROW = re.compile(
    r'(\w+)\[([^\[\]]{1,200})\]\.(\w+)\s+(eq|ne|co|sw|ew)\s+("(?:[^"\\]|\\.)*"|true|false)',
    re.IGNORECASE,
)
_NAMES = frozenset({"displayname", "id", "schemas", "externalid"})


class UnknownChangeError(ValueError):
    """A PATCH that no rule here reads."""


@dataclass(slots=True, kw_only=True)
class GroupChange:
    """What a PATCH does to a group. `members` is the whole new list, or None to keep the list and
    only add and remove."""

    name: str | None = None
    external_id: str | None = None
    members: list[str] | None = None
    added: dict[str, None] = field(default_factory=dict)
    removed: dict[str, None] = field(default_factory=dict)

    def add(self, people: Iterable[str]) -> None:
        """People who are in the group after this."""
        for each in people:
            self.removed.pop(each, None)
            self.added[each] = None

    def remove(self, people: Iterable[str]) -> None:
        """People who are not."""
        for each in people:
            self.added.pop(each, None)
            self.removed[each] = None


def is_mass_removal(*, removed: int, people: int) -> bool:
    """True if `removed` people, this one included, are too many of `people`, those before any of
    these removals."""
    return removed > FEW and removed * SHARE > people


def plain_operations(operations: object) -> object:
    """The operations of a PATCH in the forms of RFC 7644, whatever a vendor made of them.

    Entra ID removes members by a list of values, and writes a manager as text. What is no list of
    objects is returned as it is, for the parser to refuse.
    """
    if not isinstance(operations, list) or not all(isinstance(op, dict) for op in operations):
        return operations
    return [made for each in operations for made in _plain(each)]


def _plain(operation: Json) -> Iterator[Json]:
    kind, path = str(_of(operation, "op")).lower(), str(_of(operation, "path") or "")
    value = _of(operation, "value")
    if kind == "remove" and _short(path).lower() == "members" and isinstance(value, list):
        for each in value:
            if isinstance(each, dict) and each.get("value"):
                yield {
                    "op": "remove",
                    "path": f"members[value eq {json.dumps(str(each['value']))}]",
                }
        return
    if path.lower().endswith(":manager") and isinstance(value, str):
        yield {"op": kind, "path": path, "value": {"value": value}}
        return
    yield operation


def plain_filter(text: str) -> str:
    """A filter in the grammar of RFC 7644: Entra ID writes `emails[type eq "work"].value eq "x"`,
    which that has in paths only, and means `emails[type eq "work" and value eq "x"]`."""
    return _PART_OF_ROW.sub(r"\1[\2 and \3 \4 \5]", text)


def with_missing_rows(operations: Sequence[Json], current: Json) -> list[Json]:
    """The operations, with an `add` of a whole row wherever one sets a part of a row that is not
    there: `phoneNumbers[type eq "mobile"].value` for somebody without a mobile phone."""
    return [_with_row(dict(each), current) for each in operations]


def _with_row(operation: Json, current: Json) -> Json:
    kind, path = str(_of(operation, "op")).lower(), str(_of(operation, "path") or "")
    found = _SELECTED.fullmatch(path)
    if kind not in {"add", "replace"} or found is None:
        return operation
    name, key, word, part = found.groups()
    rows = next((rows for at, rows in current.items() if at.lower() == name.lower()), None) or []
    if any(str(row.get(key, "")).lower() == word.lower() for row in rows):
        return operation
    return {"op": "add", "path": name, "value": [{key: word, part: _of(operation, "value")}]}


def group_change(operations: Iterable[Mapping[str, Any]]) -> GroupChange:
    """What the operations do to name and members of a group, without reading its members.

    Raises UnknownChangeError for anything else, which the general rules are for.
    """
    change = GroupChange()
    for each in operations:
        path = _short(each.get("path") or "")
        _read_into(change, str(each.get("op", "")).lower(), path, each.get("value"))
    return change


def _short(name: str) -> str:
    """The name of an attribute of a group, also where it stands with its schema before it."""
    name = name.strip()
    return name[len(_GROUP) :] if name.lower().startswith(_GROUP) else name


def _read_into(change: GroupChange, kind: str, path: str, value: object) -> None:
    lowered = path.lower()
    if found := _BY_FILTER.fullmatch(path):
        if kind != "remove":
            raise UnknownChangeError
        change.remove([found[1]])
    elif lowered == "members" and kind == "add":
        change.add(_people(value))
    elif lowered == "members" and kind == "replace":
        change.members, change.added, change.removed = _people(value), {}, {}
    elif not path and kind in {"add", "replace"} and isinstance(value, dict):
        _read_object(change, kind, value)
    elif lowered in {"displayname", "externalid"} and kind in {"add", "replace"}:
        _rename(change, lowered, value)
    else:
        raise UnknownChangeError


def _read_object(change: GroupChange, kind: str, value: Json) -> None:
    for name, inner in value.items():
        lowered = _short(name).lower()
        if lowered == "members":
            _read_into(change, kind, "members", inner)
        elif lowered in _NAMES:
            _rename(change, lowered, inner)
        else:
            raise UnknownChangeError


def _rename(change: GroupChange, lowered: str, value: object) -> None:
    """An `id` that a client sends is left alone: it must not become that of another group."""
    if lowered in {"id", "schemas"}:
        return
    if not isinstance(value, str) or not value:
        raise UnknownChangeError
    if lowered == "displayname":
        change.name = value
    else:
        change.external_id = value


def _people(value: object) -> list[str]:
    rows = [value] if isinstance(value, dict) else value
    if not isinstance(rows, list):
        raise UnknownChangeError
    found = [row.get("value") for row in rows if isinstance(row, dict)]
    if len(found) != len(rows) or not all(isinstance(each, str) and each for each in found):
        raise UnknownChangeError
    return list(dict.fromkeys(str(each) for each in found))


def mobile_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """The number, as it was sent, that a code may go to: the one that is meant for it, else the
    mobile phone, else the primary one; empty for none. A desk phone gets no code."""
    rows = list(rows)
    meant = [str(row[FOR_CODES]) for row in rows if row.get(FOR_CODES)]
    if meant:
        return meant[0]
    known = [row for row in rows if row.get("value")]
    mobile = [row for row in known if str(row.get("type") or "").lower() == "mobile"]
    primary = [row for row in known if row.get("primary") is True]
    return next((str(row["value"]) for row in (*mobile, *primary)), "")


def roles_after(*, roles: Iterable[str], given: Iterable[str], wanted: Iterable[str]) -> list[str]:
    """The roles of a member whose groups give `wanted` now and gave `given` before: what somebody
    else has given stays."""
    return sorted((set(roles) - set(given)) | set(wanted))


def _of(operation: Json, name: str) -> Any:  # noqa: ANN401 (any JSON)
    return next((value for key, value in operation.items() if key.lower() == name), None)
