"""Which IPs somebody else may have us connect to."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from otpguard.core.outside_ip import refused_ip

INNER = (ip_network("10.0.0.0/8"), ip_network("127.0.0.0/8"), ip_network("169.254.0.0/16"))


@pytest.mark.parametrize("ip", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_a_public_ip_may_be_reached(ip: str) -> None:
    assert refused_ip(ip) == ""


@pytest.mark.parametrize(
    "ip",
    [
        *("127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0"),
        *("169.254.169.254", "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1"),
        *("64:ff9b::a00:1", "64:ff9b:1::a00:1", "2002:a00:1::", "2001:0:1::1"),
        *("not an ip", "", "8.8.8.8.", "0x7f000001", "2130706433"),
    ],
)
def test_what_is_inside_may_not(ip: str) -> None:
    assert refused_ip(ip) != ""


@pytest.mark.parametrize("ip", ["10.1.2.3", "127.0.0.1", "::ffff:10.1.2.3"])
def test_a_network_that_the_site_allows_may_be_reached(ip: str) -> None:
    assert refused_ip(ip, INNER) == ""


@pytest.mark.parametrize("ip", ["169.254.169.254", "::ffff:169.254.169.254", "192.168.0.1"])
def test_the_metadata_of_a_cloud_may_not_be_reached_even_then(ip: str) -> None:
    assert refused_ip(ip, INNER) != ""


def test_a_mapped_form_is_no_way_in() -> None:
    inner = (ip_network("::/0"),)
    assert refused_ip("::ffff:169.254.169.254", inner) != ""
    assert refused_ip("::ffff:10.0.0.1", inner) != ""
