"""Emptying the database waits for the requests that a closed page leaves behind."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Event, Thread
from typing import Any

import pytest

from tests.in_flight import CountedApp


def answer(environ: Any, start_response: Any) -> Iterable[bytes]:
    return [b"done"]


def test_an_application_is_idle_after_its_answer_was_closed() -> None:
    counted = CountedApp(answer)
    body: Any = counted({}, lambda *_: lambda data: None)
    waited = Event()
    waiting = Thread(target=lambda: (counted.wait_until_idle(), waited.set()))
    waiting.start()
    assert list(body) == [b"done"]
    assert not waited.is_set()
    body.close()
    waiting.join(timeout=5)
    assert waited.is_set()


def test_a_request_that_raises_is_finished() -> None:
    def failing(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise ValueError("no answer")

    counted = CountedApp(failing)
    with pytest.raises(ValueError, match="no answer"):
        counted({}, lambda *_: lambda data: None)
    counted.wait_until_idle()
