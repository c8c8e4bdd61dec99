"""How a logo is written, and which sources of pictures admit it."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.logo import LONGEST_LOGO, is_admitted, is_logo

CDN = "https://cdn.example/logos/acme.svg"
HOSTS = st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8}){1,2}", fullmatch=True)


@pytest.mark.parametrize("logo", ["acme/logo.svg", "/media/logo.png", CDN, "l" * LONGEST_LOGO])
def test_a_static_file_a_path_and_an_https_url_are_logos(logo: str) -> None:
    assert is_logo(logo)


@pytest.mark.parametrize(
    "logo",
    [
        *("//evil.example/a.svg", "http://cdn.example/a.svg", "javascript:alert(1)", "data:,x"),
        *("", "../a.svg", "a b.svg", 'a".svg', "<svg>", "https://a.example; *", "a\n", "🛡️"),
        "l" * (LONGEST_LOGO + 1),
    ],
)
def test_anything_else_is_none(logo: str) -> None:
    assert not is_logo(logo)


@pytest.mark.parametrize("logo", ["", "acme/logo.svg", "/media/logo.png"])
def test_the_site_itself_needs_no_source(logo: str) -> None:
    assert is_admitted(logo, ())


@pytest.mark.parametrize(
    ("source", "admits"),
    [
        *(("https://cdn.example", True), ("https://cdn.example:443", True)),
        *(("https://cdn.example/", True), ("https://cdn.example/logos/", True)),
        *((CDN, True), ("https://*.example", True), ("https://cdn.example/logo", False)),
        *(("https://cdn.example/logos", False), ("https://cdn.example:8443", False)),
        *(("https://dn.example", False), ("https://*.cdn.example", False)),
        *(("http://cdn.example", False), ("data:", False), ("https://cdn.example:99999", False)),
    ],
)
def test_a_source_admits_its_own_host_port_and_path(source: str, admits: bool) -> None:
    assert is_admitted(CDN, ["https://other.example", source]) is admits
    assert not is_admitted(CDN, ["https://other.example"])


@given(HOSTS, HOSTS)
def test_no_host_but_the_named_one_is_admitted(named: str, wanted: str) -> None:
    logo = f"https://{wanted}/logo.svg"
    assert is_admitted(logo, [f"https://{named}"]) is (named == wanted)
    below = is_admitted(logo, [f"https://*.{named}"])
    assert below is (urlsplit(logo).hostname or "").endswith(f".{named}")
