"""A developer without a worker is told once, with the command that starts one."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from otpguard.missing_worker import look
from tests.bare import run_bare


def said(answered: int | None, caplog: pytest.LogCaptureFixture) -> list[str]:
    caplog.clear()
    with caplog.at_level(logging.WARNING, logger="otpguard.missing_worker"):
        look(lambda: answered, app="crm")
    return [record.getMessage() for record in caplog.records]


def test_the_command_is_named_where_no_worker_answers(caplog: pytest.LogCaptureFixture) -> None:
    [line] = said(0, caplog)
    assert line == (
        "no worker answers, so messages wait:"
        " start a worker with `celery -A crm worker -P threads -c 8`"
    )
    [line] = said(None, caplog)
    assert line.startswith("the broker is away")


def test_nothing_is_said_where_one_answers(caplog: pytest.LogCaptureFixture) -> None:
    assert said(1, caplog) == []


def test_a_web_process_under_debug_looks_once_ten_seconds_after_the_first_message(
    tmp_path: Path,
) -> None:
    broker = {"CELERY_BROKER_URL": "amqp://127.0.0.1:1//"}
    code = """
def timers():
    found = [t for t in threading.enumerate() if isinstance(t, threading.Timer)]
    return [(t.interval, t.daemon, t.kwargs) for t in found]

queue.enqueue("host.note", word="a command's")
print(timers())
request_started.send(sender=None)
queue.enqueue("host.note", word="first")
queue.enqueue("host.note", word="second")
print(timers())
"""
    printed, _ = run_bare(tmp_path, code, more=broker)
    assert printed.splitlines() == ["[]", "[(10.0, True, {'app': 'bare'})]"]
    printed, _ = run_bare(tmp_path, code, more=broker, debug=False)
    assert printed.splitlines() == ["[]", "[]"]
