"""Sockets that stop when the time of the whole exchange is used up."""

from __future__ import annotations

import logging

import httpcore2
import pytest

from otpguard.testing.vendor_server import vendor
from otpguard.transport.network import Backend, Stream, budget, left


def test_the_shorter_of_timeout_and_budget_counts() -> None:
    assert left(5) == 5
    assert left(None) is None
    with budget(2):
        assert left(1) == 1
        assert 1.5 < (left(5) or 0) <= 2
        with budget(-1):
            assert (left(5) or 0) < 0
    assert left(5) == 5, "nothing stays behind"


def test_with_no_time_left_nothing_is_tried() -> None:
    stream = Stream(httpcore2.NetworkStream())
    with budget(-1):
        with pytest.raises(httpcore2.ReadTimeout):
            stream.read(1)
        with pytest.raises(httpcore2.WriteTimeout):
            stream.write(b"x")
        with pytest.raises(httpcore2.ConnectTimeout):
            stream.start_tls(None)
        with pytest.raises(httpcore2.ConnectTimeout):
            Backend().connect_tcp("127.0.0.1", 9)


def test_a_connection_reads_and_writes_like_any_other() -> None:
    with vendor() as running:
        stream = Backend().connect_tcp("127.0.0.1", running.server_address[1], 2)
        stream.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", 2)
        assert stream.read(15, 2) == b"HTTP/1.1 200 OK"
        assert stream.get_extra_info("socket") is not None
        stream.close()


def test_the_librarys_own_lines_are_kept_out_of_the_log_during_our_exchanges_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    chatty = logging.getLogger("httpcore2.http11")
    with caplog.at_level(logging.DEBUG, logger="httpcore2"):
        with budget(1):
            chatty.debug("receive_response_headers return_value=hush")
        chatty.debug("of somebody else")
    assert caplog.messages == ["of somebody else"]
