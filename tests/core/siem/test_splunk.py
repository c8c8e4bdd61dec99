"""Splunk HEC: objects one after another, and answers that name the first bad event."""

from __future__ import annotations

import json

import pytest

from otpguard.core.siem.answer import SinkAnswer
from otpguard.core.siem.splunk import splunk_answer, splunk_body, splunk_headers
from tests.core.siem.events import sent


def test_objects_stand_one_after_another() -> None:
    body = splunk_body([sent(), sent(rendered=b'{"time":2}')], host='h"x').decode()
    decoder = json.JSONDecoder()
    first, end = decoder.raw_decode(body)
    second, rest = decoder.raw_decode(body, end)
    assert rest == len(body)
    assert (first["time"], first["host"], first["event"]) == (1795885200.123, 'h"x', {"time": 1})
    assert second["event"] == {"time": 2}


def test_the_token_is_a_header() -> None:
    assert splunk_headers("t")["Authorization"] == "Splunk t"


def test_a_success_takes_all() -> None:
    assert splunk_answer(200, b"{}", count=3, wait=None) == SinkAnswer(taken=3)


def test_events_before_the_bad_one_are_in() -> None:
    body = b'{"text":"Invalid data format","code":6,"invalid-event-number":1}'
    answer = splunk_answer(400, body, count=3, wait=None)
    assert (answer.taken, answer.refused) == (2, {1: "HTTP 400, code 6"})


@pytest.mark.parametrize("number", ["-1", "3", "true", '"1"', "1.0", "null"])
def test_a_number_that_cannot_be_blames_the_batch(number: str) -> None:
    body = b'{"code":6,"invalid-event-number":%s}' % number.encode()
    answer = splunk_answer(400, body, count=3, wait=None)
    assert (answer.taken, answer.too_much) == (0, True)


def test_a_wrong_index_and_a_wrong_token_blame_no_event() -> None:
    for status, body in ((400, b'{"code":7}'), (403, b'{"code":4}'), (503, b'{"code":9}')):
        answer = splunk_answer(status, body, count=3, wait=5)
        assert (answer.taken, answer.too_much, answer.wait) == (0, False, 5)


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b"[" * 100_000])
def test_an_answer_that_is_no_json_blames_no_event(body: bytes) -> None:
    assert not splunk_answer(400, body, count=3, wait=None).too_much
