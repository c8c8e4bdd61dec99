"""One-time codes: derived, never stored.

A code is HMAC(key, seed ‖ challenge id ‖ generation) cut down to digits by dynamic truncation
after RFC 4226, section 5.3. The seed lies in the challenge's row and the key outside the database,
so neither alone gives a code (C15); fallback to another channel repeats the same digits.
"""

from __future__ import annotations

import hmac
import unicodedata
from dataclasses import dataclass
from hashlib import sha256

from otpguard.core.secrets import same

CODE_DIGITS = 6
"""NIST SP 800-63B-4, 3.1.3.2: at least six digits."""


@dataclass(frozen=True, slots=True)
class Code:
    """The digits of a one-time code. Its repr and str hide them; `digits` is for sending only."""

    digits: str

    def __repr__(self) -> str:
        return "Code(••••••)"

    __str__ = __repr__

    @property
    def spoken(self) -> str:
        """The digits apart, as a voice reads them."""
        return ", ".join(self.digits)


def derive(
    *, key: bytes, seed: bytes, challenge: bytes, generation: int, digits: int = CODE_DIGITS
) -> Code:
    """The code of one generation of one challenge."""
    message = seed + challenge + generation.to_bytes(4, "big")
    mac = hmac.new(key, message, sha256).digest()
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 8], "big") & 0x7FFF_FFFF_FFFF_FFFF
    return Code(str(number % 10**digits).zfill(digits))


def normalize(answer: str) -> str:
    """What a person typed or pasted, reduced to ASCII digits.

    Blanks and dashes are dropped, full-width and other scripts' digits are read. Anything else
    stays, so that it fails to match.
    """
    result = []
    for char in answer:
        if char.isspace() or unicodedata.category(char) == "Pd":
            continue
        value = unicodedata.decimal(char, None)
        result.append(char if value is None else str(value))
    return "".join(result)


def matches(answer: str, code: Code) -> bool:
    """True when `answer`, normalised, is the code. Constant time in the digits."""
    return same(normalize(answer), code.digits)
