"""The file that hardware tokens come in: CSV text into rows, with every mistake by its line.

Columns: serial, secret (base32 or hex), and user or email; digits, period and algorithm if they
differ from 6, 30 and SHA1. Nothing of a secret is repeated in a mistake.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from otpguard.core.text import gettext_noop as _
from otpguard.core.totp import FEWEST_DIGITS, Algorithm, InvalidSeedError, Seed, read_key

MOST_BYTES = 1024 * 1024
MOST_ROWS = 5_000
LONGEST_SERIAL = 64
NEEDED = ("serial", "secret")
PERSON = ("user", "email")
OPTIONAL = ("digits", "period", "algorithm")
_MARK = "\ufeff"
_DEFAULT_PERIOD = 30
_LONGEST_NUMBER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """One token and whose it is to be, by login name or by address: one of them is empty."""

    line: int
    serial: str
    user: str
    email: str
    seed: Seed


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a line. `text` is marked for translation, with `values` to fill in."""

    line: int
    text: str
    values: Mapping[str, object] = field(default_factory=dict)


class _NoCsvError(ValueError):
    """The text is no CSV from a line on."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


class _WrongError(ValueError):
    """A cell that cannot be read; its text is marked for translation."""


def read(content: str) -> tuple[list[TokenRow], list[Mistake]]:
    """All rows that can be read and every mistake in the order of lines."""
    if len(content.encode(errors="surrogatepass")) > MOST_BYTES:
        return [], [Mistake(1, _("The file is larger than 1 MiB."))]
    rows: list[TokenRow] = []
    mistakes: list[Mistake] = []
    try:
        lines = _lines(content.removeprefix(_MARK))
        header = next(lines, None)
        if header is None:
            return [], [Mistake(1, _("There is nothing in it."))]
        columns = [name.strip().lower() for name in header[1]]
        mistakes += _header_mistakes(header[0], columns)
        if not mistakes:
            _read_rows(lines, columns, rows, mistakes)
    except _NoCsvError as error:
        mistakes.append(
            Mistake(error.line, _("From here on it is no CSV: a quote is out of place."))
        )
    if not rows and not mistakes:
        mistakes.append(Mistake(1, _("There is no token in it.")))
    return rows, mistakes


def is_serial(text: str) -> bool:
    """True for what can be a serial number."""
    return 0 < len(text) <= LONGEST_SERIAL and text.isprintable()


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line that is not empty, with the number of the line it begins in."""
    first = text.lstrip().partition("\n")[0]
    # Spreadsheets of many countries write semicolons, because the comma stands in numbers.
    delimiter = ";" if ";" in first and "," not in first else ","
    plain = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    reader = csv.reader((f"{line}\n" for line in plain), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield start, cells
            start = reader.line_num + 1
    except csv.Error:
        raise _NoCsvError(start) from None


def _header_mistakes(line: int, columns: Sequence[str]) -> Iterator[Mistake]:
    known = {*NEEDED, *PERSON, *OPTIONAL}
    for name in NEEDED:
        if name not in columns:
            yield Mistake(line, _("The column “%(name)s” is missing."), {"name": name})
    if not set(PERSON) & set(columns):
        yield Mistake(line, _("There must be a column “user” or “email”."))
    for name in dict.fromkeys(columns):
        if name not in known:
            # Not repeated: without a header line, this is somebody's secret.
            number = columns.index(name) + 1
            yield Mistake(
                line, _("The name of column %(number)d is not known."), {"number": number}
            )
        elif columns.count(name) > 1:
            yield Mistake(line, _("The column “%(name)s” is there twice."), {"name": name})


def _read_rows(
    lines: Iterator[tuple[int, list[str]]],
    columns: Sequence[str],
    rows: list[TokenRow],
    mistakes: list[Mistake],
) -> None:
    serials: dict[str, int] = {}
    keys: dict[bytes, int] = {}
    for count, (line, cells) in enumerate(lines, start=1):
        if count > MOST_ROWS:
            mistakes.append(Mistake(line, _("There are more than 5,000 tokens.")))
            return
        try:
            row = _row(line, columns, cells)
        except (_WrongError, InvalidSeedError) as error:
            mistakes.append(Mistake(line, str(error)))
            continue
        first = {"line": serials.setdefault(row.serial, line)}
        if first["line"] != line:
            text = _("The serial number is in line %(line)d already.")
            mistakes.append(Mistake(line, text, first))
        first = {"line": keys.setdefault(row.seed.key, line)}
        if first["line"] != line:
            mistakes.append(Mistake(line, _("The secret is in line %(line)d already."), first))
        rows.append(row)


def _row(line: int, columns: Sequence[str], cells: Sequence[str]) -> TokenRow:
    if len(cells) != len(columns):
        raise _WrongError(_("The line has not as many cells as the first one."))
    cell = {name: value.strip() for name, value in zip(columns, cells, strict=True)}
    serial, user, email = cell["serial"], cell.get("user", ""), cell.get("email", "")
    if not serial:
        raise _WrongError(_("The serial number is missing."))
    if not is_serial(serial):
        raise _WrongError(_("The serial number has at most 64 plain characters."))
    if bool(user) == bool(email):
        raise _WrongError(_("Give either a user or an e-mail address."))
    if not cell["secret"]:
        raise _WrongError(_("The secret is missing."))
    seed = Seed(
        key=read_key(cell["secret"]),
        digits=_number(cell.get("digits", ""), FEWEST_DIGITS),
        period=_number(cell.get("period", ""), _DEFAULT_PERIOD),
        algorithm=_algorithm(cell.get("algorithm", "")),
    )
    return TokenRow(line=line, serial=serial, user=user, email=email, seed=seed)


def _number(text: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise _WrongError(_("Digits and period are whole numbers."))
    return int(text)


def _algorithm(text: str) -> Algorithm:
    name = text.upper().removeprefix("HMAC").replace("-", "").replace("_", "")
    try:
        return Algorithm(name) if name else Algorithm.SHA1
    except ValueError:
        raise _WrongError(_("The algorithm is SHA1, SHA256 or SHA512.")) from None
