"""A number passes by its country, and what only looks like a better-known country does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.countries import ANYWHERE, COUNTRIES
from otpguard.core.phone import country_of
from otpguard.core.pumping.country import country_signal
from otpguard.core.pumping.verdict import Action, Layer

US, CANADA, JAMAICA, PUERTO_RICO = "+12015550123", "+16135550123", "+18765550123", "+17875550123"


@pytest.mark.parametrize("number", [US, CANADA, JAMAICA, PUERTO_RICO])
def test_each_part_of_north_america_counts_apart(number: str) -> None:
    assert country_signal(number, allowed=frozenset({country_of(number)})) is None
    others = COUNTRIES - {country_of(number)}
    signal = country_signal(number, allowed=others)
    assert signal is not None
    assert (signal.layer, signal.action) == (Layer.COUNTRY, Action.REFUSE)
    assert signal.reason == "country_not_allowed"


@pytest.mark.parametrize(
    ("number", "detail"),
    [
        ("+77012345678", "KZ, which shares +7 with RU"),
        ("+447797712345", "JE, which shares +44 with GB"),
        ("+447781123456", "GG, which shares +44 with GB"),
        ("+447624123456", "IM, which shares +44 with GB"),
        (JAMAICA, "JM, which shares +1 with US"),
        ("+37744123456", "MC, in a range that networks of XK have used"),
        ("+38344123456", "XK"),
        ("+4915112345678", "DE"),
    ],
)
def test_a_look_alike_is_named_for_operators(number: str, detail: str) -> None:
    signal = country_signal(number, allowed=frozenset({"RU", "GB", "US", "MC"}))
    assert signal is not None
    assert signal.detail == detail
    assert number[4:] not in repr(signal)


def test_a_lent_range_needs_both_countries() -> None:
    assert country_signal("+37744123456", allowed=frozenset({"MC", "XK"})) is None
    assert country_signal("+37744123456", allowed=frozenset({"XK"})) is not None


@pytest.mark.parametrize("number", ["+15002345678", "+15212345678", "+19002345678", "+18002345678"])
def test_services_of_north_america_get_nothing_unless_proven(number: str) -> None:
    signal = country_signal(number, allowed=ANYWHERE)
    assert signal is not None
    assert signal.reason == "number_of_a_service"
    assert country_signal(number, allowed=ANYWHERE, proven=True) is None


@pytest.mark.parametrize("number", ["+881612345678", "+882161234567", "+883510012345", "none"])
def test_numbers_of_no_country_must_be_allowed_by_name(number: str) -> None:
    signal = country_signal(number, allowed=COUNTRIES)
    assert signal is not None
    assert signal.reason == "no_country"
    assert country_signal(number, allowed=ANYWHERE) is None


@given(number=st.from_regex(r"\+[0-9]{0,15}", fullmatch=True))
def test_nothing_passes_an_empty_list(number: str) -> None:
    assert country_signal(number, allowed=frozenset()) is not None
