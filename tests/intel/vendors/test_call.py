"""One exchange keeps to what is left of the time."""

from __future__ import annotations

import time

import pytest

from otpguard.intel.number import NoAnswer
from otpguard.intel.vendors.call import ask, basic, json_post, part
from otpguard.testing.vendor_server import Reply, vendor


def test_an_object_is_returned_and_a_number_that_is_unknown_is_an_empty_one() -> None:
    with vendor(lambda _: Reply(200, {"a": 1})) as server:
        request = json_post(server.url, {}, authorization=basic("a", "b"))
        assert ask(request, until=time.monotonic() + 2) == {"a": 1}
        server.reply = Reply(404, {"code": "NOT_FOUND"})
        assert ask(request, until=time.monotonic() + 2) == {}


def test_without_time_nothing_is_sent() -> None:
    with vendor() as server:
        request = json_post(server.url, {}, authorization="Bearer t")
        assert ask(request, until=time.monotonic()) == NoAnswer(reason="no time left")
        assert server.received == []


@pytest.mark.parametrize("found", [None, [], "x", 1])
def test_a_part_that_is_no_object_is_empty(found: object) -> None:
    assert part({"a": found}, "a") == {}
    assert part({}, "a") == {}
