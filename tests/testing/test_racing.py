"""Threads that begin together."""

from __future__ import annotations

import threading

import pytest

from otpguard.testing.racing import race

pytestmark = pytest.mark.django_db(transaction=True)


def test_all_are_there_at_the_same_moment_and_each_gives_its_result() -> None:
    together = threading.Barrier(4, timeout=10)

    def act() -> int:
        together.wait()
        return threading.get_ident()

    assert len(set(race(act, threads=4))) == 4


def test_what_one_of_them_raises_is_raised() -> None:
    def act() -> None:
        raise ValueError("lost")

    with pytest.raises(ValueError, match="lost"):
        race(act, threads=2)
