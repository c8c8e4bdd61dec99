"""Codes that an authenticator shows: HOTP (RFC 4226) driven by time, TOTP (RFC 6238).

A seed lies encrypted in the row of its factor. A code is accepted for the step that its
authenticator's clock shows and for the tolerated ones around it, never twice: `after` is the newest
step of which a code was accepted, so the caller moves it on by a conditional update. Right codes,
and they alone, also show how far that clock is off (RFC 6238, 6).
"""

from __future__ import annotations

import hmac
import json
from base64 import b32decode, b32encode
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import floor

from otpguard.core.codes import Code, normalize_code
from otpguard.core.secrets import same
from otpguard.core.text import gettext_noop as _

KEY_BYTES = 20
"""RFC 4226, 4, R6 recommends 160 bits."""
SHORTEST_KEY, LONGEST_KEY = 16, 128
"""Bytes. RFC 4226, 4, R6: at least 128 bits."""
FEWEST_DIGITS, MOST_DIGITS = 6, 8
SHORTEST_PERIOD, LONGEST_PERIOD = 15, 120
"""Seconds. NIST SP 800-63B-4, 3.1.4: what a code is made of changes within two minutes."""
DRIFT_STEPS = 10
_GROUP = 4
_PLAIN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_HEX = frozenset("0123456789abcdefABCDEF")


class Algorithm(StrEnum):
    """The hash of the HMAC, by the name that authenticators know (RFC 6238, 1.2)."""

    SHA1 = "SHA1"
    SHA256 = "SHA256"
    SHA512 = "SHA512"


class InvalidSeedError(ValueError):
    """A seed cannot be used. Its text is fit to be shown and holds nothing of the seed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seed:
    """What an authenticator and we both know. Its repr and str hide the key.

    Raises InvalidSeedError for a key that is too short, and digits or a period (in seconds) out of
    bounds.
    """

    key: bytes
    digits: int = FEWEST_DIGITS
    period: int = 30
    algorithm: Algorithm = Algorithm.SHA1

    def __post_init__(self) -> None:
        if len(self.key) < SHORTEST_KEY:
            raise InvalidSeedError(_("The secret is too short: it must have at least 128 bits."))
        if len(self.key) > LONGEST_KEY:
            raise InvalidSeedError(_("The secret is too long."))
        if not FEWEST_DIGITS <= self.digits <= MOST_DIGITS:
            raise InvalidSeedError(_("A code has 6 to 8 digits."))
        if not SHORTEST_PERIOD <= self.period <= LONGEST_PERIOD:
            raise InvalidSeedError(_("A code is shown for 15 to 120 seconds."))

    def __repr__(self) -> str:
        return f"Seed(••••, {self.digits} digits, {self.period} s, {self.algorithm})"

    __str__ = __repr__

    @property
    def base32(self) -> str:
        """The key as authenticators take it, without padding."""
        return b32encode(self.key).decode().rstrip("=")

    @property
    def spelled(self) -> str:
        """The key in groups of four, to be typed."""
        text = self.base32
        return " ".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))

    def dump(self) -> str:
        """JSON text for the encrypted column; `parse_seed` reads it."""
        return json.dumps(
            {
                "key": self.key.hex(),
                "digits": self.digits,
                "period": self.period,
                "algorithm": self.algorithm.value,
            }
        )

    def otpauth_uri(self, issuer: str, account: str) -> str:
        """What the QR code holds, by the Key URI format: a colon would end the issuer."""
        issuer, account = (" ".join(name.replace(":", " ").split()) for name in (issuer, account))
        label = ":".join(_percent(name) for name in (issuer, account) if name)
        query = {
            "secret": self.base32,
            **({"issuer": issuer} if issuer else {}),
            "algorithm": self.algorithm.value,
            "digits": str(self.digits),
            "period": str(self.period),
        }
        pairs = "&".join(f"{name}={_percent(value)}" for name, value in query.items())
        return f"otpauth://totp/{label}?{pairs}"


def _percent(text: str) -> str:
    """Percent-encoded (RFC 3986, 2.1): a blank is %20, since authenticators do not read a plus."""
    encoded = text.encode(errors="replace")
    return "".join(chr(byte) if byte in _PLAIN else f"%{byte:02X}" for byte in encoded)


def parse_seed(text: str) -> Seed:
    """The seed of a `Seed.dump`. Raises InvalidSeedError."""
    try:
        fields = json.loads(text)
        return Seed(
            key=bytes.fromhex(fields["key"]),
            digits=int(fields["digits"]),
            period=int(fields["period"]),
            algorithm=Algorithm(fields["algorithm"]),
        )
    except InvalidSeedError:
        raise
    except (ValueError, TypeError, KeyError):
        # Without its cause: that would quote the text.
        raise InvalidSeedError(_("The secret cannot be read.")) from None


def read_key(text: str) -> bytes:
    """The key of a secret in hex or base32, with or without blanks, dashes and padding, as typed.

    What can be read as hex is: hardly any base32 of this length uses its first letters only.
    Raises InvalidSeedError.
    """
    bare = normalize_code(text)
    if len(bare) % 2 == 0 and _HEX.issuperset(bare):
        return bytes.fromhex(bare)
    try:
        return read_base32(bare)
    except InvalidSeedError:
        raise InvalidSeedError(_("The secret is neither base32 nor hex.")) from None


def read_base32(text: str) -> bytes:
    """The key of a secret in base32, as typed. Raises InvalidSeedError."""
    bare = normalize_code(text).rstrip("=")
    try:
        return b32decode(bare.upper() + "=" * (-len(bare) % 8))
    except ValueError:
        raise InvalidSeedError(_("The secret is not base32.")) from None


def truncate(mac: bytes) -> int:
    """Dynamic truncation: 31 bits of a MAC (RFC 4226, 5.3)."""
    offset = mac[-1] & 0x0F
    return int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF


def code_at(seed: Seed, step: int) -> Code:
    """The code of one time step: HOTP of the step (RFC 4226, 5.3; RFC 6238, 4.2)."""
    mac = hmac.new(seed.key, step.to_bytes(8, "big"), seed.algorithm.value.lower()).digest()
    return Code(str(truncate(mac) % 10**seed.digits).zfill(seed.digits))


def step_at(seed: Seed, now: datetime) -> int:
    """The time step of a moment, counted from 1970 (RFC 6238, 4.2)."""
    return floor(now.timestamp()) // seed.period


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How an authenticator's clock stands to ours: `drift` steps fast, or slow when below zero.

    `was_late` says that its last right code came later than that.
    """

    drift: int = 0
    was_late: bool = False

    def after_code(self, off: int) -> Clock:
        """What is known after a right code that was `off` steps ahead of our time.

        Only a fast clock shows a code too early, so it is believed at once. A late code may have
        been typed slowly: it takes two in a row to show that the clock is slow.
        """
        if off < self.drift and not self.was_late:
            return Clock(drift=self.drift, was_late=True)
        return Clock(drift=off)


def matching_step(
    given: str, seed: Seed, *, now: datetime, tolerance: int, after: int, drift: int = 0
) -> int | None:
    """The step of which `given` is the code, or None: at most `tolerance` steps from now by a clock
    that is `drift` steps fast.

    Steps up to `after` are used up. All candidates are compared, whether one matched or not; of
    two with the same code the newer one is returned, so that its digits do not serve again.
    """
    current = step_at(seed, now) + drift
    found = _matches(given, seed, range(current - tolerance, current + tolerance + 1))
    return max((step for step in found if step > after), default=None)


def drift_of(given: str, seed: Seed, *, now: datetime) -> int | None:
    """By how many steps an authenticator's clock is fast (or slow, below zero), or None.

    Looks ten steps around now, so it accepts nothing: it only tells somebody who is enrolling
    that their clock is off.
    """
    current = step_at(seed, now)
    found = _matches(given, seed, range(current - DRIFT_STEPS, current + DRIFT_STEPS + 1))
    return min((step - current for step in found), key=abs, default=None)


def _matches(given: str, seed: Seed, steps: range) -> list[int]:
    """Every one of `steps` with this code; the time it takes does not depend on which."""
    answer = normalize_code(given)
    compared = [(same(answer, code_at(seed, step).digits), step) for step in steps if step >= 0]
    return [step for matched, step in compared if matched]
