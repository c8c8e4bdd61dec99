"""Addresses have one spelling, and a client cannot choose its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.address import client, counted, normalize


@pytest.mark.parametrize(
    ("raw", "spelled"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("2001:DB8::0001", "2001:db8::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("203.0.113", ""),
        ("unix:", ""),
        ("", ""),
    ],
)
def test_an_address_has_one_spelling(raw: str, spelled: str) -> None:
    assert normalize(raw) == spelled


def test_ipv6_is_counted_by_its_64_and_ipv4_by_itself() -> None:
    assert counted("203.0.113.7") == "203.0.113.7"
    assert counted("2001:db8:0:1::1") == counted("2001:db8:0:1:ffff::9") == "2001:db8:0:1::/64"
    assert counted("2001:db8:0:2::1") != counted("2001:db8:0:1::1")
    assert counted("") == ""


@given(st.ip_addresses())
def test_what_is_normal_stays_so(address: object) -> None:
    assert normalize(normalize(str(address))) == normalize(str(address))


@pytest.mark.parametrize(
    ("forwarded", "proxies", "found"),
    [
        ("198.51.100.1", 0, "203.0.113.7"),
        ("198.51.100.1", 1, "198.51.100.1"),
        ("6.6.6.6, 198.51.100.1", 1, "198.51.100.1"),
        ("6.6.6.6, 198.51.100.1, 10.0.0.1", 2, "198.51.100.1"),
        ("", 1, "203.0.113.7"),
        ("198.51.100.1", 2, "203.0.113.7"),
        ("6.6.6.6, nonsense", 1, ""),
    ],
    ids=[
        "no proxy: the header is a lie",
        "one proxy",
        "what the client wrote itself is not believed",
        "two proxies",
        "a proxy that wrote nothing",
        "fewer entries than proxies",
        "an entry that is no address",
    ],
)
def test_only_ones_own_proxies_are_believed(forwarded: str, proxies: int, found: str) -> None:
    assert client("203.0.113.7", forwarded, trusted_proxies=proxies) == found
