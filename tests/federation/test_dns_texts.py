"""TXT records from a real DNS server on loopback."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from otpguard.federation.dns_texts import DEADLINE
from otpguard.federation.texts import ResolverDownError
from tests.dns_server import LoopbackTexts, Zone, dns_server

NAME = "_otpguard.acme.example"


@pytest.fixture
def zone() -> Iterator[Zone]:
    with dns_server() as found:
        yield found


def test_all_texts_of_a_name_are_read(zone: Zone) -> None:
    zone.texts[NAME] = ["one", "two"]
    assert sorted(LoopbackTexts().texts(NAME)) == ["one", "two"]


def test_a_name_without_texts_has_none(zone: Zone) -> None:
    assert LoopbackTexts().texts(NAME) == ()
    zone.texts[NAME] = []
    assert LoopbackTexts().texts(NAME) == ()


def test_a_server_that_fails_says_nothing_about_the_name(zone: Zone) -> None:
    zone.fails = True
    with pytest.raises(ResolverDownError):
        LoopbackTexts().texts(NAME)


def test_a_name_that_cannot_be_asked_for_is_no_crash(zone: Zone) -> None:
    with pytest.raises(ResolverDownError):
        LoopbackTexts().texts("a" * 300)


def test_it_waits_three_seconds_at_most() -> None:
    assert DEADLINE <= 3.0
