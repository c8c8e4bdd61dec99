"""The sums of the timing benchmark; the timing itself is run by hand."""

from __future__ import annotations

from random import Random

import pytest

from tests.benchmarks.reset_timing import LIMIT, Times, interleaved, is_void, welch


def test_welch_s_t_is_that_of_the_books() -> None:
    left = [
        27.5,
        21.0,
        19.0,
        23.6,
        17.0,
        17.9,
        16.9,
        20.1,
        21.9,
        22.6,
        23.1,
        19.6,
        19.0,
        21.7,
        21.4,
    ]
    right = [
        27.1,
        22.0,
        20.8,
        23.4,
        23.4,
        23.5,
        25.8,
        22.0,
        24.8,
        20.2,
        21.9,
        22.1,
        22.9,
        30.5,
        31.3,
    ]
    assert welch(left, right) == pytest.approx(-2.89, abs=0.1)


def test_a_leak_shows_and_none_does_not() -> None:
    random = Random(1)
    base = [1 + random.random() for _ in range(4_000)]
    same = Times(known=base[:2_000], unknown=base[2_000:])
    leak = Times(known=[each + 0.1 for each in base[:2_000]], unknown=base[2_000:])
    assert abs(same.t()) < LIMIT
    assert not is_void(leak.t())
    assert is_void(same.t()), "a control that does not show makes the run void"


def test_both_kinds_are_asked_for_equally_often_and_within_the_limits() -> None:
    seen: list[tuple[str, str]] = []
    times = interleaved(lambda email, ip: seen.append((email, ip)), samples=40)
    assert len(times.known) == len(times.unknown) == 40
    emails, ips = [email for email, _ in seen], [ip for _, ip in seen]
    assert max(map(emails.count, emails)) <= 5
    assert max(map(ips.count, ips)) <= 20
