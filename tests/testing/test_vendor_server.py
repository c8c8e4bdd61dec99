"""The vendor of the contract suites: answers by its rule, and misbehaves as it is told."""

from __future__ import annotations

import pytest

from otpguard.testing.vendor_server import (
    Mood,
    Received,
    Reply,
    Vendor,
    url_without_a_vendor,
    vendor,
)
from otpguard.transport import client
from otpguard.transport.exchange import Deadlines, Request, Response, Unknown, Unsent

SHORT = Deadlines(connect=0.2, read=0.2)


def asked(server: Vendor, body: bytes = b"{}", deadlines: Deadlines = SHORT) -> object:
    request = Request(
        method="POST",
        url=f"{server.url}/a?b=c",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        body=body,
    )
    return client.send(request, deadlines=deadlines)


def test_it_answers_by_its_rule_and_shows_what_it_received() -> None:
    with vendor(lambda received: Reply(201, {"said": received.form["x"]})) as server:
        answer = asked(server, b"x=1")
        assert isinstance(answer, Response)
        assert (answer.status, answer.body) == (201, b'{"said": "1"}')
        [received] = server.wait_for(1)
        assert (received.method, received.path, received.query) == ("POST", "/a", {"b": "c"})
        assert received.headers["user-agent"] == "otpguard"
        assert server.replied == [Reply(201, {"said": "1"})]


def test_a_reply_that_is_set_stands_in_for_the_rule_until_it_is_forgotten() -> None:
    with vendor() as server:
        server.reply = Reply(503, b"later")
        answer = asked(server)
        assert isinstance(answer, Response)
        assert (answer.status, answer.body) == (503, b"later")
        server.forget()
        assert server.received == []
        answer = asked(server)
        assert isinstance(answer, Response)
        assert answer.status == 200


@pytest.mark.parametrize("mood", ["hang", "hang after headers", "drip", "drop", "rubbish", "flood"])
def test_no_mood_but_the_usual_gives_a_usable_answer(mood: Mood) -> None:
    with vendor() as server:
        server.mood = mood
        # A flood takes longer than the others take to fail.
        deadlines = Deadlines() if mood == "flood" else SHORT
        assert isinstance(asked(server, deadlines=deadlines), Unknown)
        assert len(server.wait_for(1)) == 1
        server.forget()
        assert isinstance(asked(server), Response)


def test_waiting_for_what_does_not_come_ends() -> None:
    with vendor() as server:
        assert server.wait_for(1, seconds=0.01) == []


def test_what_a_rule_finds_wrong_is_answered_by_400_and_fails_the_test() -> None:
    def strict(received: Received) -> Reply:
        assert received.body == b"right", "that is not what the documents say"
        return Reply(200)

    block = vendor(strict)
    answer = asked(block.__enter__(), b"wrong")
    assert isinstance(answer, Response)
    assert answer.status == 400
    with pytest.raises(AssertionError, match="the documents"):
        block.__exit__(None, None, None)


def test_where_no_vendor_is_nobody_answers() -> None:
    request = Request(method="GET", url=url_without_a_vendor())
    assert isinstance(client.send(request, deadlines=SHORT), Unsent)
