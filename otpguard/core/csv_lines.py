"""The cells of a CSV text, line by line, as spreadsheets write it.

A mark at the beginning (BOM), semicolons in place of commas and empty lines are all right. Nothing
is kept of a line that was read, so a file can have any length.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence

_MARK = "\ufeff"


def csv_lines(lines: Iterable[str]) -> Iterator[tuple[int, Sequence[str] | None]]:
    """The cells of each line that is not empty, with the number of the line that it begins in;
    None, and no more, where the text is no CSV."""
    reader, start = None, 1
    source = iter(lines)
    for first in source:
        head = first.removeprefix(_MARK) if start == 1 else first
        if head.strip():
            # Spreadsheets of many countries write semicolons, as numbers contain commas there.
            delimiter = ";" if ";" in head and "," not in head else ","
            reader = csv.reader(_chain(head, source), delimiter=delimiter, strict=True)
            break
        start += 1
    if reader is None:
        return
    skipped = start - 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = skipped + reader.line_num + 1
    except csv.Error:
        yield start, None


def _chain(first: str, rest: Iterable[str]) -> Iterator[str]:
    yield first
    yield from rest
