"""Elastic: two lines an event, and an answer for each."""

from __future__ import annotations

import json

import pytest

from otpguard.core.siem.answer import SinkAnswer
from otpguard.core.siem.elastic import elastic_answer, elastic_body, elastic_headers
from tests.core.siem.events import sent


def said(*statuses: object) -> bytes:
    return json.dumps({"items": [{"create": {"status": each}} for each in statuses]}).encode()


def answer(*statuses: object) -> SinkAnswer:
    return elastic_answer(200, said(*statuses), count=3, wait=7)


def test_each_event_is_created_under_its_id() -> None:
    lines = elastic_body([sent(id="a"), sent(id="b")]).split(b"\n")
    assert lines[4] == b""
    assert [json.loads(each) for each in lines[::2][:2]] == [
        {"create": {"_id": "a"}},
        {"create": {"_id": "b"}},
    ]
    assert json.loads(lines[1]) == {"@timestamp": 1_795_885_200_123, "otpguard": {"time": 1}}


def test_one_that_is_there_already_is_taken() -> None:
    assert answer(201, 409, 200) == SinkAnswer(taken=3)


def test_a_refused_one_is_given_up_and_the_rest_goes_on() -> None:
    assert answer(201, 400, 201) == SinkAnswer(taken=3, refused={1: "item 400"})


def test_at_one_that_fails_for_now_the_rest_waits() -> None:
    assert answer(400, 429, 201) == SinkAnswer(
        taken=1, refused={0: "item 400"}, trouble="item 429", wait=7
    )


@pytest.mark.parametrize("body", [said(201), b"", b"[]", b'{"items":[1,2,3]}', b"[" * 100_000])
def test_an_answer_that_does_not_fit_takes_nothing(body: bytes) -> None:
    found = elastic_answer(200, body, count=3, wait=None)
    assert (found.taken, found.refused, bool(found.trouble)) == (0, {}, True)


@pytest.mark.parametrize("status", [401, 429, 503])
def test_a_failure_of_the_whole_is_no_fault_of_an_event(status: int) -> None:
    found = elastic_answer(status, b"", count=3, wait=None)
    assert (found.taken, found.too_much) == (0, False)


def test_the_key_is_a_header() -> None:
    assert elastic_headers("k")["Authorization"] == "ApiKey k"
