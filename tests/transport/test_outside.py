"""Hosts that others name: checked by every IP, connected to what was checked, never redirected."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from otpguard.testing.vendor_server import Mood, Reply
from otpguard.transport.exchange import Deadlines, Request, Response, Unknown, Unsent
from otpguard.transport.outside import (
    RefusedHostError,
    checked_ips,
    looked_up,
    outside_context,
    send_frames,
    send_outside,
)
from tests.ports import free_port
from tests.siem.receiving import HOST, authority, https_receiver, syslog_receiver, url_of

QUICK = Deadlines(connect=1, read=1)
HERE = (ip_network("127.0.0.0/8"),)


def context() -> ssl.SSLContext:
    return outside_context(authority()[0])


def post(url: str, body: bytes = b"{}") -> Request:
    return Request(method="POST", url=url, body=body)


def local(_host: str, _port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def test_a_host_of_an_allowed_network_gets_the_request_under_its_name() -> None:
    with https_receiver() as server:
        answer = send_outside(
            post(url_of(server), b"hello"), deadlines=QUICK, allowed=HERE, context=context()
        )
        assert isinstance(answer, Response)
        [received] = server.received
        assert (received.body, received.headers["host"].partition(":")[0]) == (b"hello", HOST)


def test_a_host_inside_gets_no_connection_at_all() -> None:
    with https_receiver() as server:
        with pytest.raises(RefusedHostError, match=r"127\.0\.0\.1 is not public"):
            send_outside(
                post(url_of(server)),
                deadlines=QUICK,
                allowed=(),
                context=context(),
                look_up=local,
            )
        assert server.connections == 0


@pytest.mark.parametrize(
    "ips",
    [["169.254.169.254"], ["::ffff:169.254.169.254"], ["8.8.8.8", "10.0.0.1"], ["fd00:ec2::254"]],
)
def test_one_ip_inside_refuses_the_whole_host(ips: list[str]) -> None:
    with pytest.raises(RefusedHostError):
        checked_ips("logs.example.com", 443, (), lambda _host, _port: ips)


def test_a_name_that_changes_its_mind_is_asked_once_and_not_followed() -> None:
    answers = [["127.0.0.1"], ["169.254.169.254"]]
    with https_receiver() as server:
        answer = send_outside(
            post(url_of(server)),
            deadlines=QUICK,
            allowed=HERE,
            context=context(),
            look_up=lambda _host, _port: answers.pop(0),
        )
    assert isinstance(answer, Response)
    assert answers == [["169.254.169.254"]], "the name was looked up once"


def test_a_redirect_into_the_network_is_an_answer_and_no_way() -> None:
    with https_receiver() as inner, https_receiver() as server:
        server.reply = Reply(307, b"", {"Location": url_of(inner)})
        answer = send_outside(
            post(url_of(server)), deadlines=QUICK, allowed=HERE, context=context()
        )
        assert isinstance(answer, Response)
        assert answer.status == 307
        assert inner.connections == 0


def test_a_server_with_a_certificate_of_an_unknown_authority_gets_nothing() -> None:
    with https_receiver() as server:
        answer = send_outside(
            post(url_of(server)), deadlines=QUICK, allowed=HERE, context=outside_context()
        )
        assert isinstance(answer, Unsent)
        assert server.received == []


def test_a_server_under_another_name_gets_nothing() -> None:
    with https_receiver() as server:
        url = url_of(server).replace(HOST, "logs.example.com")
        answer = send_outside(
            post(url), deadlines=QUICK, allowed=HERE, context=context(), look_up=local
        )
        assert isinstance(answer, Unsent)
        assert server.received == []


@pytest.mark.parametrize("mood", ["hang", "drip", "flood", "rubbish"])
def test_without_a_usable_answer_nobody_knows(mood: Mood) -> None:
    with https_receiver() as server:
        server.mood = mood
        answer = send_outside(
            post(url_of(server)), deadlines=QUICK, allowed=HERE, context=context()
        )
        assert isinstance(answer, Unknown)


def test_plain_http_is_not_spoken() -> None:
    with pytest.raises(ValueError, match="https only"):
        send_outside(post("http://127.0.0.1:1/"), deadlines=QUICK, allowed=HERE, context=context())


def test_a_name_that_no_one_knows_and_a_port_without_a_server_get_nothing() -> None:
    def unknown(_host: str, _port: int) -> Sequence[str]:
        raise OSError("no such name")

    for look_up in (unknown, lambda _host, _port: [], local):
        answer = send_outside(
            post(f"https://{HOST}:{free_port()}"),
            deadlines=QUICK,
            allowed=HERE,
            context=context(),
            look_up=look_up,
        )
        assert isinstance(answer, Unsent)


def test_the_next_ip_is_tried_where_the_first_does_not_answer() -> None:
    with https_receiver() as server:
        answer = send_outside(
            post(url_of(server)),
            deadlines=QUICK,
            allowed=HERE,
            context=context(),
            look_up=lambda _host, _port: ["127.0.0.99", "127.0.0.1"],
        )
        assert isinstance(answer, Response)


def test_frames_arrive_over_tls() -> None:
    with syslog_receiver() as server:
        wrong = send_frames(
            HOST, server.port, b"3 abc2 de", deadlines=QUICK, allowed=HERE, context=context()
        )
        assert wrong is None
        assert server.wait_for(2) == [b"abc", b"de"]


@pytest.mark.parametrize("mood", ["hang", "drop"])
def test_a_receiver_of_frames_that_hangs_or_hangs_up_is_noticed(mood: str) -> None:
    with syslog_receiver() as server:
        server.mood = mood
        wrong = send_frames(
            HOST,
            server.port,
            b"900000 " + b"x" * 900_000,
            deadlines=QUICK,
            allowed=HERE,
            context=context(),
        )
        assert isinstance(wrong, Unknown)


def test_frames_do_not_go_inside_or_to_an_impostor() -> None:
    with syslog_receiver() as server:
        with pytest.raises(RefusedHostError):
            send_frames(HOST, server.port, b"1 a", deadlines=QUICK, allowed=(), context=context())
        wrong = send_frames(
            HOST, server.port, b"1 a", deadlines=QUICK, allowed=HERE, context=outside_context()
        )
        assert isinstance(wrong, Unsent)
        assert server.messages == []


def test_the_system_is_asked_for_every_ip() -> None:
    assert set(looked_up(HOST, 443)) <= {"127.0.0.1", "::1"}
