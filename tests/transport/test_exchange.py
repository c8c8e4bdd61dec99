"""Requests and answers as values: what must not be sent cannot be made, and nothing shows."""

from __future__ import annotations

import pytest

from otpguard.transport.exchange import LONGEST, Deadlines, Request, Response, checked_url


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com/",
        "http://10.0.0.1/",
        "http://localhost.example.com/",
        "ftp://api.example.com/",
        "//api.example.com/",
        "api.example.com",
        "https://",
        "https://kim:secret@api.example.com/",
        "https://api.example.com/a b",
        "https://api.example.com/\r\nHost: evil",
        "https://api.example.com/\u00e9",
        "",
    ],
)
def test_only_https_with_a_plain_host_is_spoken(url: str) -> None:
    with pytest.raises(ValueError, match="vendor"):
        checked_url(url)
    with pytest.raises(ValueError, match="vendor"):
        Request(method="GET", url=url)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.example.com/v1?a=b",
        "http://127.0.0.1:8000/",
        "http://[::1]:8000/",
        "http://localhost/",
    ],
)
def test_https_is_fine_and_on_loopback_http(url: str) -> None:
    assert checked_url(url) == url


@pytest.mark.parametrize(
    ("name", "value"),
    [("X-A", "b\r\nX-B: c"), ("X A", "b"), ("", "b"), ("X-A", "\u00e9"), ("X-A", "b\x00")],
)
def test_a_header_cannot_smuggle_another_line(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="header"):
        Request(method="GET", url="https://api.example.com", headers={name: value})


def test_neither_value_shows_what_is_in_it() -> None:
    request = Request(
        method="POST",
        url="https://api.example.com/verify?key=hush&to=12015550123",
        headers={"Authorization": "Bearer hush"},
        body=b"code=481516",
    )
    response = Response(status=200, headers={"set-cookie": "hush"}, body=b"481516")
    for shown in (repr(request), str(request), f"{response!r}"):
        assert not any(secret in shown for secret in ("hush", "481516", "12015550123"))
    assert repr(request) == "Request(POST api.example.com)"
    assert repr(response) == "Response(status=200)"


@pytest.mark.parametrize(("connect", "read"), [(0, 1), (1, 0), (-1, 5), (1, LONGEST)])
def test_deadlines_are_positive_and_end_before_a_delivery_is_taken_for_dead(
    connect: float, read: float
) -> None:
    with pytest.raises(ValueError, match="deadlines"):
        Deadlines(connect=connect, read=read)
    assert Deadlines(connect=1, read=2).total == 3
