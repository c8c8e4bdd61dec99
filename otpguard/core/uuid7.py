"""Time-ordered identifiers (RFC 9562, section 5.7), from a time and random bytes given."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

RANDOM_BYTES = 10
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def uuid7(now: datetime, random: bytes) -> UUID:
    """A version 7 UUID for `now` (aware, milliseconds count) and ten random bytes."""
    if len(random) != RANDOM_BYTES:
        raise ValueError(f"uuid7 takes {RANDOM_BYTES} random bytes")
    millis = (now - _EPOCH) // _MILLISECOND
    raw = bytearray(millis.to_bytes(6, "big") + random)
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return UUID(bytes=bytes(raw))


def time_of(value: UUID) -> datetime:
    """The moment that a version 7 UUID was made for, to the millisecond, in UTC."""
    millis = int.from_bytes(value.bytes[:6], "big")
    return _EPOCH + millis * _MILLISECOND
