"""A password is looked up by a part of its digest, or in a file, and never given away."""

from __future__ import annotations

import time
from collections.abc import Iterator
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest

from otpguard.intel.breached_passwords import DEADLINES, BreachFile, BreachRange
from otpguard.testing.vendor_server import Received, Reply, Vendor, vendor

BREACHED = {"password": 9_545_824, "letmein": 3}


def digest(password: str) -> str:
    return sha1(password.encode()).hexdigest().upper()


def by_range(received: Received) -> Reply:
    """Answers as the service does, with padding."""
    asked = received.path.rpartition("/")[2]
    known = [f"{digest(each)[5:]}:{n}" for each, n in BREACHED.items() if digest(each)[:5] == asked]
    padding = [f"{'0' * 34}{n}:0" for n in range(3)]
    return Reply(200, "\r\n".join([*known, *padding]).encode())


@pytest.fixture
def server() -> Iterator[Vendor]:
    with vendor(by_range) as found:
        yield found


def test_a_breached_password_is_found_and_another_is_not(server: Vendor) -> None:
    asked = BreachRange(f"{server.url}/range/")
    assert asked.times("password") == 9_545_824
    assert asked.times("letmein") == 3
    assert asked.times("correct horse battery staple") == 0
    assert asked.times("\ud800 \u00e4 " * 100_000) == 0


def test_the_service_learns_five_digits_and_no_more(server: Vendor) -> None:
    BreachRange(f"{server.url}/range").times("password")
    [received] = server.received
    assert (received.method, received.target) == ("GET", f"/range/{digest('password')[:5]}")
    assert received.headers["add-padding"] == "true"
    assert received.body == b""


def test_a_line_of_padding_is_no_breach(server: Vendor) -> None:
    server.reply = Reply(200, f"{digest('padded')[5:]}:0".encode())
    assert BreachRange(server.url).times("padded") == 0


@pytest.mark.parametrize(
    "reply",
    [Reply(503), Reply(429), Reply(200, b""), Reply(200, b"<html>"), Reply(200, b"00:1")],
)
def test_what_is_no_list_says_nothing(server: Vendor, reply: Reply) -> None:
    server.reply = reply
    assert BreachRange(server.url).times("password") is None


@pytest.mark.parametrize("mood", ["drop", "rubbish", "drip"])
def test_a_service_that_misbehaves_says_nothing_within_the_deadline(
    server: Vendor, mood: Any
) -> None:
    server.mood = mood
    begun = time.monotonic()
    assert BreachRange(server.url).times("password") is None
    assert time.monotonic() - begun < DEADLINES.total + 0.5


def test_a_list_is_asked_over_https_only() -> None:
    with pytest.raises(ValueError, match="https"):
        BreachRange("http://example.com/range")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_line_of_a_file_is_found(tmp_path: Path, end: str) -> None:
    lines = sorted(f"{digest(str(n))}:{n + 1}" for n in range(200))
    file = tmp_path / "breached.txt"
    for text in (end.join(lines) + end, end.join(lines)):
        file.write_bytes(text.encode())
        found = BreachFile(str(file))
        assert [found.times(str(n)) for n in range(200)] == list(range(1, 201))
        assert [found.times(f"not {n}") for n in range(50)] == [0] * 50


@pytest.mark.parametrize("content", [b"", b"password\n", b"x" * 100_000, b"\xff\n"])
def test_a_file_that_is_no_list_says_nothing(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "breached.txt"
    file.write_bytes(content)
    assert BreachFile(str(file)).times("password") is None


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert BreachFile(str(tmp_path / "none")).times("password") is None
