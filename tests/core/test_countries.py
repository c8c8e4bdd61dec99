"""Lists of countries are read as they are written, and a footprint never closes the site's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.countries import (
    ANYWHERE,
    COUNTRIES,
    footprint_of,
    read_countries,
    write_countries,
)

some = st.frozensets(st.sampled_from(sorted(ANYWHERE)))


@given(some)
def test_what_is_written_is_read_again(countries: frozenset[str]) -> None:
    assert read_countries(write_countries(countries)) == countries


def test_a_star_is_every_country_and_not_the_numbers_of_none() -> None:
    assert read_countries(["*"]) == COUNTRIES
    assert "001" not in read_countries(["*"])
    assert write_countries(ANYWHERE) == ["*", "001"]


@pytest.mark.parametrize("code", ["us", "USA", "ZZ", "EU", "", 7, None])
def test_what_is_no_country_is_refused(code: object) -> None:
    with pytest.raises(ValueError, match=r"must be a country|no phone number is of"):
        read_countries([code])


@pytest.mark.parametrize(
    ("own", "region", "opened"),
    [
        ((), "CA", {"CA"}),
        ((), "UK", {"GB"}),
        ((), "APAC", set()),
        ((), "001", set()),
        (("FR",), "CA", {"FR"}),
    ],
)
def test_a_footprint_of_its_own_stands_in_place_of_the_region(
    own: tuple[str, ...], region: str, opened: set[str]
) -> None:
    found = footprint_of(site=frozenset({"US"}), own=frozenset(own), region=region)
    assert found == {"US", *opened}


def test_eu_stands_for_its_twenty_seven_members() -> None:
    found = footprint_of(site=frozenset(), own=frozenset(), region="EU")
    assert len(found) == 27
    assert found <= COUNTRIES


@given(site=some, own=some, region=st.sampled_from(["US", "EU", "XX"]))
def test_the_footprint_of_the_site_is_always_within(
    site: frozenset[str], own: frozenset[str], region: str
) -> None:
    assert footprint_of(site=site, own=own, region=region) >= site | own
