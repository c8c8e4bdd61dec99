"""Identifiers that sort by time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from otpguard.core.uuid7 import time_of, uuid7

random_bytes = st.binary(min_size=10, max_size=10)
moments = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 (hypothesis adds the zone)
    max_value=datetime(2300, 1, 1),  # noqa: DTZ001 (the same)
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
)
ODD_MILLISECOND = datetime(2038, 9, 9, 23, 27, 45, 996_000, tzinfo=UTC)
"""A float of seconds times a thousand falls just short of this one."""


@given(now=moments, random=random_bytes)
def test_version_and_variant_are_those_of_rfc_9562(now: datetime, random: bytes) -> None:
    made = uuid7(now, random)
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"


@given(now=moments, random=random_bytes)
@example(now=ODD_MILLISECOND, random=bytes(10))
def test_the_time_reads_back_to_the_millisecond(now: datetime, random: bytes) -> None:
    whole = now.replace(microsecond=now.microsecond // 1000 * 1000)
    assert time_of(uuid7(now, random)) == whole


@given(
    now=moments,
    later=st.integers(1, 10**12).map(lambda millis: timedelta(milliseconds=millis)),
    first=random_bytes,
    second=random_bytes,
)
def test_a_later_one_sorts_after_whatever_its_random_bytes(
    now: datetime, later: timedelta, first: bytes, second: bytes
) -> None:
    assert uuid7(now, first) < uuid7(now + later, second)
    assert str(uuid7(now, first)) < str(uuid7(now + later, second))


@given(now=moments, random=random_bytes)
def test_all_random_bits_but_the_marks_are_kept(now: datetime, random: bytes) -> None:
    mask = int.from_bytes(bytes([0x0F, 0xFF, 0x3F]) + b"\xff" * 7, "big")
    low = uuid7(now, random).int & ((1 << 80) - 1)
    assert low & mask == int.from_bytes(random, "big") & mask


def test_the_example_of_the_standard_comes_out_bit_by_bit() -> None:
    """RFC 9562, appendix A.6."""
    now = datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)
    random = bytes.fromhex("0cc318c4dc0c0c07398f")
    assert uuid7(now, random) == UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


@pytest.mark.parametrize("size", [0, 9, 11])
def test_another_number_of_random_bytes_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="10 random bytes"):
        uuid7(ODD_MILLISECOND, bytes(size))
