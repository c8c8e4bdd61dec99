"""Rows of a host's job as the bytes of a CSV or JSON Lines file, a piece at a time.

A cell that a spreadsheet would run as a formula gets an apostrophe in front, as OWASP's "CSV
Injection" says; so does what would be a cell of its own where another separator is usual than the
comma: a spreadsheet in German or French cuts lines at semicolons. Numbers stay numbers.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

CSV, JSONL = "csv", "jsonl"

PIECE = 64 * 1024
"""So many characters are gathered before they are handed on."""

_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 (spreadsheets read the wide ones too)
_GAP = re.compile(r"""(?<![\s";])[\s";]+(?=[=+\-@＝＋－＠])""")  # noqa: RUF001 (as above)
"""What stands before a formula inside a cell. It begins where a gap begins, so that a long one is
looked at once."""

_RISK = re.compile(r"""[\s";][=+\-@＝＋－＠]""")  # noqa: RUF001 (as above)
"""Without this no gap ends in a formula. Nearly no cell has it, and to look for it is quick."""

_CUTS = frozenset(";\t\r\n")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_EXTENSION = re.compile(r"[a-z0-9]{1,8}(\.[a-z0-9]{1,8})?")


class RowError(ValueError):
    """A job gave something that is no row of its file. Names the row, never what is in it."""


class _Sink(Protocol):
    def writerow(self, row: Iterable[Any], /) -> Any: ...  # noqa: ANN401 (csv's own)


class _Echo:
    """Gives a line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def is_format(name: str) -> bool:
    """True for "csv", "jsonl" and what can be the ending of a file of bytes, such as "zip"."""
    return _EXTENSION.fullmatch(name) is not None


def content_type(name: str) -> str:
    """The media type of a format. Files of bytes have none that a browser could open."""
    return {CSV: "text/csv; charset=utf-8", JSONL: "application/jsonl"}.get(
        name, "application/octet-stream"
    )


class RowWriter:
    """Turns rows into the bytes of a file. `rows` says how many have been taken so far."""

    def __init__(self, name: str) -> None:
        self.format = name
        self.rows = 0

    def pieces(self, rows: Iterable[Any]) -> Iterator[bytes]:
        """The file of `rows`, a piece at a time; nothing else is kept of it.

        A row is a mapping, or a sequence after a first one with the names of the columns. For a
        format that is neither CSV nor JSON Lines each "row" is bytes, which are handed on as they
        are. Raises RowError for anything else, and for a row with other columns than the first.
        """
        if self.format not in {CSV, JSONL}:
            yield from self._bytes(rows)
            return
        gathered: list[str] = []
        size = 0
        for line in self._lines(rows):
            gathered.append(line)
            size += len(line)
            if size >= PIECE:
                yield "".join(gathered).encode()
                gathered, size = [], 0
        if gathered:
            yield "".join(gathered).encode()

    def _bytes(self, rows: Iterable[Any]) -> Iterator[bytes]:
        for each in rows:
            if not isinstance(each, bytes | bytearray | memoryview):
                raise RowError(f"piece {self.rows + 1} is not bytes")
            self.rows += 1
            yield bytes(each)

    def _lines(self, rows: Iterable[Any]) -> Iterator[str]:
        source = iter(rows)
        first = next(source, None)
        if first is None:
            return
        named = isinstance(first, Mapping)
        columns = tuple(str(name) for name in _cells(first, 1))
        if len(set(columns)) != len(columns):
            raise RowError("two columns have one name")
        write = _csv_line if self.format == CSV else None
        if write:
            yield write(columns)
        if named:
            yield self._line(columns, _named(first, first, 1))
        for row in source:
            number = self.rows + 1
            cells = _named(row, first, number) if named else _cells(row, number)
            yield self._line(columns, cells)

    def _line(self, columns: Sequence[str], cells: Sequence[Any]) -> str:
        if len(cells) != len(columns):
            raise RowError(f"row {self.rows + 1} has {len(cells)} cells, not {len(columns)}")
        self.rows += 1
        return _csv_line(cells) if self.format == CSV else _json_line(columns, cells)


def _cells(row: Any, number: int) -> Sequence[Any]:  # noqa: ANN401 (whatever a host's job gives)
    if isinstance(row, Mapping):
        return tuple(row)
    if isinstance(row, Sequence) and not isinstance(row, str | bytes):
        return row
    raise RowError(f"row {number} is neither a mapping nor a sequence")


def _named(row: Any, first: Mapping[Any, Any], number: int) -> list[Any]:  # noqa: ANN401 (as above)
    if not isinstance(row, Mapping) or row.keys() != first.keys():
        raise RowError(f"row {number} has other columns than the first")
    return [row[name] for name in first]


_SINK: _Sink = csv.writer(_Echo())


def _csv_line(cells: Iterable[Any]) -> str:
    line: str = _SINK.writerow([harmless(cell) for cell in cells])
    return line


def harmless(cell: Any) -> Any:  # noqa: ANN401 (whatever a host's job gives)
    """A cell that no spreadsheet runs as a formula."""
    if isinstance(cell, str):
        return _text(cell)
    if cell is None or isinstance(cell, int | float):
        return cell
    text = str(cell)
    return text if _NUMBER.fullmatch(text) else _text(text)


def _closed(gap: re.Match[str]) -> str:
    return gap[0] + ("" if _CUTS.isdisjoint(gap[0]) else "'")


def _text(text: str) -> str:
    inner = _GAP.sub(_closed, text) if _RISK.search(text) else text
    return "'" + inner if inner and inner[0] in _FORMULA else inner


def _json_line(columns: Sequence[str], cells: Sequence[Any]) -> str:
    found = dict(zip(columns, cells, strict=True))
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"), default=str) + "\n"
