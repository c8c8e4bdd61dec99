"""A browser's short name is made of fixed words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.agent import device_name

MOZILLA = "Mozilla/5.0"


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (
            f"{MOZILLA} (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0",
            "Firefox on Linux",
        ),
        (f"{MOZILLA} (Windows NT 10.0) Chrome/156.0 Safari/537.36 Edg/156.0", "Edge on Windows"),
        (f"{MOZILLA} (Linux; Android 15) Chrome/156 Safari/537 EdgA/156", "Edge on Android"),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 18_0) Version/18 EdgiOS/156 Safari/605",
            "Edge on iPhone",
        ),
        (f"{MOZILLA} (Macintosh; Intel Mac OS X 14_7) Version/18 Safari/605.1", "Safari on macOS"),
        (f"{MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/156", "Chrome on iPhone"),
        (f"{MOZILLA} (Linux; Android 15) Chrome/156.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.5.0", "curl"),
        ("", ""),
        ("  ", ""),
        ("<script>alert(1)</script>", "unknown browser"),
    ],
)
def test_known_browsers_are_named(header: str, name: str) -> None:
    assert device_name(header) == name


@given(st.text())
def test_nothing_of_a_strange_header_gets_into_the_name(header: str) -> None:
    allowed = {"unknown", "browser", "on", "Edge", "Opera", "Samsung", "Internet", "Firefox"}
    allowed |= {"Chrome", "Safari", "curl", "Python", "iPhone", "iPad", "Android", "Windows"}
    allowed |= {"macOS", "ChromeOS", "Linux"}
    assert set(device_name(header).split()) <= allowed
