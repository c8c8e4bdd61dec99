"""What a file of hardware tokens is read into, whatever its format: rows, and mistakes by line.

Nothing of a secret is repeated in a mistake.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from otpguard.core.plain_text import plain_text
from otpguard.core.text import gettext_noop as _
from otpguard.core.totp import FEWEST_DIGITS, Algorithm, Seed

MOST_BYTES = 8 * 1024 * 1024
"""A PSKC file takes about 1,500 bytes a token."""
MOST_ROWS = 5_000
LONGEST_SERIAL = 64
DEFAULT_PERIOD = 30
_LONGEST_NUMBER = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """The future owner: by login name, by e-mail address, or by either when both are given.

    Neither is given if a list of owners names the person.
    """

    user: str = ""
    email: str = ""

    def __bool__(self) -> bool:
        return bool(self.user or self.email)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """One token and its future owner. `model` is what its maker calls it; `drift` is by how many
    steps its clock is known to be fast."""

    line: int
    serial: str
    person: Person
    seed: Seed
    model: str = ""
    drift: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """One line of a list of owners."""

    line: int
    serial: str
    person: Person


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong in a line. `text` is marked for translation, with `values` to fill in."""

    line: int
    text: str
    values: Mapping[str, object] = field(default_factory=dict)
    in_owners: bool = False


class WrongTokenError(ValueError):
    """A token that cannot be read; the text is marked for translation and holds no secret."""


@dataclass(slots=True)
class Tokens:
    """The rows and mistakes of one file, as they are found."""

    rows: list[TokenRow] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    _serials: dict[str, int] = field(default_factory=dict)
    _keys: dict[bytes, int] = field(default_factory=dict, repr=False)

    def wrong(self, line: int, text: str, values: Mapping[str, object] | None = None) -> None:
        """Note a mistake."""
        self.mistakes.append(Mistake(line, text, values or {}))

    def add(self, row: TokenRow) -> None:
        """Note a row; a serial number or a secret that was there before is a mistake."""
        # Not told apart by their lines: a whole file may be one.
        if row.serial in self._serials:
            first = {"line": self._serials[row.serial]}
            self.wrong(row.line, _("The serial number is in line %(line)d already."), first)
        if row.seed.key in self._keys:
            first = {"line": self._keys[row.seed.key]}
            self.wrong(row.line, _("The secret is in line %(line)d already."), first)
        self._serials.setdefault(row.serial, row.line)
        self._keys.setdefault(row.seed.key, row.line)
        self.rows.append(row)

    def ended(self) -> Tokens:
        """Returns itself; an empty file is a mistake."""
        if not self.rows and not self.mistakes:
            self.wrong(1, _("It contains no token."))
        return self


def is_too_large(content: str) -> bool:
    """True if there are more rows than are read."""
    return len(content.encode(errors="surrogatepass")) > MOST_BYTES


def read_serial(text: str) -> str:
    """A serial number. Raises WrongTokenError."""
    if not text:
        raise WrongTokenError(_("The serial number is missing."))
    if len(text) > LONGEST_SERIAL or not text.isprintable():
        raise WrongTokenError(_("The serial number has at most 64 plain characters."))
    return text


def read_model(*parts: str) -> str:
    """What a maker calls its token, without what cannot be seen."""
    return plain_text(" ".join(parts))


def read_digits(text: str) -> int:
    """How many digits a code has; 6 if not given. Raises WrongTokenError."""
    return _number(text, FEWEST_DIGITS)


def read_period(text: str) -> int:
    """How long a code is shown, in seconds; 30 if not given. Raises WrongTokenError."""
    return _number(text, DEFAULT_PERIOD)


def read_drift(text: str) -> int:
    """By how many steps a clock is fast, or slow below zero. Raises WrongTokenError."""
    size = _number(text[1:] or text, 0) if text[:1] in {"+", "-"} else _number(text, 0)
    return -size if text.startswith("-") else size


def read_algorithm(text: str) -> Algorithm:
    """The hash by one of its usual names; SHA1 if not given. Raises WrongTokenError."""
    name = text.upper().removeprefix("HMAC").replace("-", "").replace("_", "")
    try:
        return Algorithm(name) if name else Algorithm.SHA1
    except ValueError:
        raise WrongTokenError(_("The algorithm is SHA1, SHA256 or SHA512.")) from None


def _number(text: str, default: int) -> int:
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER):
        raise WrongTokenError(_("Digits, period and drift are whole numbers."))
    return int(text)
