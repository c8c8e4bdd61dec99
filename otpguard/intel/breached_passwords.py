"""Ask whether a password is on a list of breached ones, without giving it away.

A list is asked by range: it learns the first five of the forty digits of a SHA-1, and answers with
everything that begins so. Or it is a file on this machine. SHA-1 is what the lists are kept by; it
protects nothing here.
"""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path
from typing import BinaryIO, Protocol

from otpguard.core.breached_password import PasswordList
from otpguard.core.secrets import same
from otpguard.transport.client import send
from otpguard.transport.exchange import Deadlines, Request, Response, checked_url

logger = logging.getLogger("otpguard.passwords")

DEADLINES = Deadlines(connect=0.8, read=1.2)
RANGE_DIGITS = 5
LONGEST_LINE = 128
"""More bytes than any line of a file has: a digest, a count and an end of line."""

_LINE = re.compile(rb"([0-9A-Fa-f]{35,40}):(\d{1,10})")


class Breaches(Protocol):
    """A list of breached passwords. `named` says in the log which kind of list it is."""

    named: PasswordList

    def times(self, password: str) -> int | None:
        """How often the password was seen in breaches, 0 for one that is not on the list. None if
        the list did not answer or cannot be read."""


class BreachRange:
    """A list that is asked over HTTPS, as Have I Been Pwned has it. `url` ends before the first
    five digits. Raises ValueError for a URL that is not https."""

    named = PasswordList.RANGE

    def __init__(self, url: str) -> None:
        self._url = checked_url(url).rstrip("/")

    def times(self, password: str) -> int | None:
        """See Breaches. One request, of two seconds at most. The list pads its answer with lines
        that count 0, so that its length tells nothing."""
        digest = _sha1(password)
        request = Request(
            method="GET",
            url=f"{self._url}/{digest[:RANGE_DIGITS].decode()}",
            headers={"Add-Padding": "true"},
        )
        result = send(request, deadlines=DEADLINES)
        if not isinstance(result, Response) or not result.is_success:
            said = f"status {result.status}" if isinstance(result, Response) else result.reason
            logger.warning("the list of breached passwords did not answer: %s", said)
            return None
        lines = [line.strip() for line in result.body.splitlines() if line.strip()]
        found = [_LINE.fullmatch(line) for line in lines]
        if not lines or None in found:
            logger.warning("the list of breached passwords answered something else")
            return None
        rest = digest[RANGE_DIGITS:]
        return sum(int(each[2]) for each in found if each is not None and each[1].upper() == rest)


class BreachFile:
    """A file with a line `SHA-1:count` for each password, in upper case and sorted by the digest,
    as the downloader of Have I Been Pwned writes it. It may be larger than memory."""

    named = PasswordList.FILE

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def times(self, password: str) -> int | None:
        """See Breaches. Reads some forty lines, whatever the size of the file."""
        try:
            with self._path.open("rb") as file:
                return _look_up(file, _sha1(password), self._path.stat().st_size)
        except (OSError, ValueError) as error:
            logger.warning("the list of breached passwords cannot be read: %s", error)
            return None


def _look_up(file: BinaryIO, digest: bytes, size: int) -> int:
    """The count of `digest` in a sorted file of so many bytes. Raises ValueError for a file that is
    empty or has another line where the digest would stand."""
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        line = _line_after(file, middle)
        if line is not None and line[: len(digest)].upper() < digest:
            low = middle + 1
        else:
            high = middle
    line = _line_after(file, low)
    if line is None and size:
        return 0
    found = _LINE.fullmatch(line or b"")
    if found is None:
        raise ValueError("it has a line that is none of such a list, or none at all")
    return int(found[2]) if same(found[1].upper(), digest) else 0


def _line_after(file: BinaryIO, place: int) -> bytes | None:
    """The first line that begins at `place` or later, without its end; None at the end.
    Raises ValueError for a line that is too long."""
    file.seek(max(0, place - 1))
    if place:
        _read_line(file)  # the rest of the line before; only its end, if a line begins at `place`
    line = _read_line(file)
    return line.strip() if line else None


def _read_line(file: BinaryIO) -> bytes:
    line = file.readline(LONGEST_LINE)
    if len(line) == LONGEST_LINE:
        raise ValueError("a line is too long for such a list")
    return line


def _sha1(password: str) -> bytes:
    text = password.encode(errors="surrogatepass")
    return hashlib.sha1(text, usedforsecurity=False).hexdigest().upper().encode()
