"""An IP address has one spelling, and a client cannot choose its own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.client_ip import client_ip, is_private, network_of, normalize_ip


@pytest.mark.parametrize(
    ("raw", "spelled"),
    [
        ("203.0.113.7", "203.0.113.7"),
        (" 203.0.113.7 ", "203.0.113.7"),
        ("2001:DB8::0001", "2001:db8::1"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("203.0.113.9:50001", "203.0.113.9"),
        ("203.0.113.9:", "203.0.113.9"),
        ("[2001:db8::9]:50001", "2001:db8::9"),
        ("[2001:db8::9]", "2001:db8::9"),
        ('"[2001:db8::9]:50001"', "2001:db8::9"),
        ("[::ffff:203.0.113.7]:80", "203.0.113.7"),
        ("2001:db8::9%eth0", "2001:db8::9"),
        ("[fe80::1%25eth0]:443", "fe80::1"),
        ("fe80::1%0", "fe80::1"),
        ("203.0.113.7%eth0", ""),
        ("203.0.113.9:50001:1", ""),
        ("[203.0.113.9]:1x", ""),
        ("[2001:db8::9", ""),
        ("[]", ""),
        ("_hidden", ""),
        ("unknown", ""),
        ("203.0.113.\u0669", ""),
        ("203.0.113", ""),
        ("unix:", ""),
        ("", ""),
    ],
)
def test_an_ip_address_has_one_spelling(raw: str, spelled: str) -> None:
    assert normalize_ip(raw) == spelled


def test_ipv6_is_counted_by_its_64_and_ipv4_by_itself() -> None:
    assert network_of("203.0.113.7") == "203.0.113.7"
    assert (
        network_of("2001:db8:0:1::1") == network_of("2001:db8:0:1:ffff::9") == "2001:db8:0:1::/64"
    )
    assert network_of("2001:db8:0:2::1") != network_of("2001:db8:0:1::1")
    assert network_of("") == ""


@pytest.mark.parametrize(
    "given_by_a_proxy", ["203.0.113.9:50001", "[2001:db8::9]:50001", "fe80::1%eth0"]
)
def test_what_a_proxy_adds_does_not_make_a_client_unknown(given_by_a_proxy: str) -> None:
    found = client_ip("10.0.0.1", f"6.6.6.6, {given_by_a_proxy}", trusted_proxies=1)
    assert found == client_ip(given_by_a_proxy, "", trusted_proxies=0) != ""
    assert network_of(found)


def test_two_ports_of_one_client_are_one_client() -> None:
    first, second = (client_ip(f"203.0.113.9:{port}", "", trusted_proxies=0) for port in (1, 2))
    assert first == second


@pytest.mark.parametrize(
    ("network", "private"),
    [
        ("10.1.2.3", True),
        ("172.31.255.1", True),
        ("172.32.0.1", False),
        ("192.168.0.9", True),
        ("100.64.0.1", True),
        ("127.0.0.1", True),
        ("169.254.1.1", True),
        ("::/64", True),
        ("fe80::/64", True),
        ("fd00:1::/64", True),
        ("2001:db8:0:1::/64", False),
        ("203.0.113.7", False),
        ("", False),
        ("unix", False),
    ],
)
def test_the_networks_of_the_house_are_known(network: str, private: bool) -> None:
    assert is_private(network) is private


@given(st.ip_addresses())
def test_what_is_normal_stays_so(ip: object) -> None:
    assert normalize_ip(normalize_ip(str(ip))) == normalize_ip(str(ip))


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
        "an entry that is no IP address",
    ],
)
def test_only_ones_own_proxies_are_believed(forwarded: str, proxies: int, found: str) -> None:
    assert client_ip("203.0.113.7", forwarded, trusted_proxies=proxies) == found
