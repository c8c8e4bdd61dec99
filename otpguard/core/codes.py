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

from otpguard.core.secrets import HiddenText, same

CODE_DIGITS = 6
"""NIST SP 800-63B-4, 3.1.3.2: at least six digits."""

CODE_PATTERN = r"[\p{Nd}\p{Cf}\p{Dash}\s]*"
"""What a browser lets through: exactly what `normalize_code` reads as digits (HTML's `pattern`)."""

_DROPPED = frozenset({"Cf", "Pd", "Zs", "Zl", "Zp"})
_DROPPED_TOO = frozenset("\t\n\v\f\r\u2053\u207b\u208b\u2212")
"""Blanks and dashes by use, among them the minus sign, that have another category."""


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


def derive_code(
    *, key: bytes, seed: bytes, challenge: bytes, generation: int, digits: int = CODE_DIGITS
) -> Code:
    """The code of one generation of one challenge."""
    message = seed + challenge + generation.to_bytes(4, "big")
    mac = hmac.new(key, message, sha256).digest()
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 8], "big") & 0x7FFF_FFFF_FFFF_FFFF
    return Code(str(number % 10**digits).zfill(digits))


def normalize_code(answer: str) -> HiddenText:
    """What a person typed or pasted, reduced to ASCII digits.

    Blanks, dashes and what a paste brings along unseen (format characters, such as the marks of
    writing direction) are dropped, the digits of all scripts are read. Anything else stays, so that
    it fails to match.
    """
    result = []
    for char in answer:
        if unicodedata.category(char) in _DROPPED or char in _DROPPED_TOO:
            continue
        value = unicodedata.decimal(char, None)
        result.append(char if value is None else str(value))
    return HiddenText("".join(result))


def code_matches(answer: str, code: Code) -> bool:
    """True when `answer`, normalized, is the code. Constant time in the digits."""
    return same(normalize_code(answer), code.digits)
