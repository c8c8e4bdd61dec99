"""Hardware tokens as CSV text: our own format, and the one that Microsoft Entra ID takes.

Our own has the columns serial, secret (base32 or hex), and user or email; digits, period and
algorithm if they differ from 6, 30 and SHA1; drift, manufacturer and model if they are known. That
of Entra has upn, serial number, secret key (base32) and time interval, manufacturer and model; a
UPN is a login name or an e-mail address. The first line tells which format it is. A list of owners
has serial, and user or email.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from otpguard.core.text import gettext_noop as _
from otpguard.core.token_file import (
    MOST_ROWS,
    Mistake,
    Owner,
    Person,
    TokenRow,
    Tokens,
    WrongTokenError,
    is_too_large,
    read_algorithm,
    read_digits,
    read_drift,
    read_model,
    read_period,
    read_serial,
)
from otpguard.core.totp import InvalidSeedError, Seed, read_base32, read_key

_MARK = "\ufeff"

Cells = Mapping[str, str]
"""The cells of a line by the name of their column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Format:
    """Which columns a file must and may have, and which of them names the person."""

    needed: tuple[str, ...]
    person: tuple[str, ...]
    optional: tuple[str, ...] = ()
    no_person: str = ""


_OWN = _Format(
    needed=("serial", "secret"),
    person=("user", "email"),
    optional=("digits", "period", "algorithm", "drift", "manufacturer", "model"),
    no_person=_("There must be a column “user” or “email”."),
)
_ENTRA = _Format(
    needed=("serial number", "secret key"),
    person=("upn",),
    optional=("time interval", "manufacturer", "model", "hash function"),
    no_person=_("There must be a column “upn”."),
)
_OWNERS = _Format(needed=("serial",), person=_OWN.person, no_person=_OWN.no_person)
_ONLY_ENTRA = frozenset({*_ENTRA.needed, *_ENTRA.person, "time interval"})


class _NoCsvError(ValueError):
    """From some line on, the text is not CSV."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def read_tokens(content: str, *, owned: bool = False) -> Tokens:
    """All rows that can be read and every mistake in the order of lines.

    `owned` says that a list of owners goes with it: then no column has to name a person.
    """
    found = Tokens()

    def one(line: int, form: _Format, cells: Cells) -> None:
        found.add((_entra_row if form is _ENTRA else _own_row)(line, cells, owned=owned))

    _read(content, found, one, owned=owned)
    return found.ended()


def read_owners(content: str) -> tuple[list[Owner], list[Mistake]]:
    """The owner of each token by serial number, and every mistake in the order of lines."""
    found, owners, seen = Tokens(), list[Owner](), dict[str, int]()

    def one(line: int, _form: _Format, cells: Cells) -> None:
        owner = Owner(line=line, serial=read_serial(cells["serial"]), person=_person(cells))
        first = seen.setdefault(owner.serial, line)
        if first != line:
            text = _("The serial number is in line %(line)d already.")
            found.wrong(line, text, {"line": first})
        owners.append(owner)

    _read(content, found, one, form=_OWNERS)
    mistakes = [
        Mistake(each.line, each.text, each.values, in_owners=True) for each in found.mistakes
    ]
    return owners, mistakes


def _read(
    content: str,
    found: Tokens,
    one: Callable[[int, _Format, Cells], None],
    *,
    form: _Format | None = None,
    owned: bool = False,
) -> None:
    if is_too_large(content):
        found.wrong(1, _("The file is larger than 8 MiB."))
        return
    try:
        lines = _lines(content.removeprefix(_MARK))
        header = next(lines, None)
        if header is None:
            found.wrong(1, _("There is nothing in it."))
            return
        columns = [name.strip().lower() for name in header[1]]
        form = form or (_ENTRA if _ONLY_ENTRA.intersection(columns) else _OWN)
        found.mistakes += _header_mistakes(header[0], columns, form, owned=owned)
        if not found.mistakes:
            _read_rows(lines, columns, found, lambda line, cells: one(line, form, cells))
    except _NoCsvError as error:
        found.wrong(
            error.line, _("From here on, this is not valid CSV: a quotation mark is out of place.")
        )


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line that is not empty, with the number of the line it begins in."""
    first = text.lstrip().partition("\n")[0]
    # Spreadsheets of many countries write semicolons, because numbers contain commas there.
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


def _header_mistakes(
    line: int, columns: Sequence[str], form: _Format, *, owned: bool
) -> Iterator[Mistake]:
    known = {*form.needed, *form.person, *form.optional}
    for name in form.needed:
        if name not in columns:
            yield Mistake(line, _("The column “%(name)s” is missing."), {"name": name})
    if not owned and not set(form.person) & set(columns):
        yield Mistake(line, form.no_person)
    for name in dict.fromkeys(columns):
        if name not in known:
            # Not quoted in the message: without a header line, this may be a secret.
            number = columns.index(name) + 1
            yield Mistake(
                line, _("The name of column %(number)d is not known."), {"number": number}
            )
        elif columns.count(name) > 1:
            yield Mistake(line, _("The column “%(name)s” appears twice."), {"name": name})


def _read_rows(
    lines: Iterator[tuple[int, list[str]]],
    columns: Sequence[str],
    found: Tokens,
    one: Callable[[int, Cells], None],
) -> None:
    for count, (line, cells) in enumerate(lines, start=1):
        if count > MOST_ROWS:
            found.wrong(line, _("There are more than 5,000 tokens."))
            return
        try:
            one(line, _by_column(columns, cells))
        except (WrongTokenError, InvalidSeedError) as error:
            found.wrong(line, str(error))


def _by_column(columns: Sequence[str], cells: Sequence[str]) -> Cells:
    if len(cells) != len(columns):
        raise WrongTokenError(_("The line does not have as many cells as the first one."))
    return {name: value.strip() for name, value in zip(columns, cells, strict=True)}


def _own_row(line: int, cells: Cells, *, owned: bool) -> TokenRow:
    return TokenRow(
        line=line,
        serial=read_serial(cells["serial"]),
        person=Person() if owned else _person(cells),
        seed=Seed(
            key=_key(cells["secret"], read_key),
            digits=read_digits(cells.get("digits", "")),
            period=read_period(cells.get("period", "")),
            algorithm=read_algorithm(cells.get("algorithm", "")),
        ),
        model=read_model(cells.get("model", "")),
        drift=read_drift(cells.get("drift", "")),
    )


def _entra_row(line: int, cells: Cells, *, owned: bool) -> TokenRow:
    upn = cells.get("upn", "")
    if not upn and not owned:
        raise WrongTokenError(_("The UPN is missing."))
    return TokenRow(
        line=line,
        serial=read_serial(cells["serial number"]),
        person=Person() if owned else Person(user=upn, email=upn),
        seed=Seed(
            key=_key(cells["secret key"], read_base32),
            period=read_period(cells.get("time interval", "")),
            algorithm=read_algorithm(cells.get("hash function", "")),
        ),
        model=read_model(cells.get("model", "")),
    )


def _person(cells: Cells) -> Person:
    user, email = cells.get("user", ""), cells.get("email", "")
    if bool(user) == bool(email):
        raise WrongTokenError(_("Give either a user or an e-mail address."))
    return Person(user=user, email=email)


def _key(text: str, read: Callable[[str], bytes]) -> bytes:
    if not text:
        raise WrongTokenError(_("The secret is missing."))
    return read(text)
