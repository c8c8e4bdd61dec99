"""The doctor prints a line for each finding, and ends with 1 when something is broken."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from celery import Celery, current_app
from django.core.management import CommandError, call_command

from otpguard.core.advice import Level
from tests.celery_app import app
from tests.ports import free_port
from tests.worker import CeleryWorker

pytestmark = pytest.mark.django_db(transaction=True)


def doctor(*words: str) -> str:
    """What it prints when all is well."""
    out = StringIO()
    call_command("otpguard_doctor", "--no-color", *words, stdout=out)
    return out.getvalue()


def alarmed(*words: str) -> tuple[str, str]:
    """What it prints when something is broken, and what it ends with."""
    out = StringIO()
    with pytest.raises(CommandError) as ended:
        call_command("otpguard_doctor", "--no-color", *words, stdout=out)
    assert ended.value.returncode == 1
    return out.getvalue(), str(ended.value)


def test_with_a_worker_all_is_well_and_it_ends_well(celery_worker: CeleryWorker) -> None:
    app.set_current()
    celery_worker.wait_until_idle()
    printed = doctor("--seconds", "5")
    assert "ok      workers: 1 answered." in printed
    assert all(line.split()[0] in set(Level) for line in printed.splitlines())


@pytest.fixture
def no_broker() -> Iterator[None]:
    """The application's broker is at a URL where nobody listens."""
    here = current_app._get_current_object()
    with Celery("away", broker=f"redis://127.0.0.1:{free_port()}/0") as away:
        away.set_current()
        yield
    here.set_current()


def test_without_a_broker_it_ends_with_an_error(no_broker: None) -> None:
    printed, error = alarmed("--volume", "600000")
    assert error == "errors: 1"
    assert "error   broker: Celery's broker cannot be reached" in printed
    assert "warning 10DLC: 600,000 messages a month" in printed


def test_machines_get_json(no_broker: None) -> None:
    printed, error = alarmed("--json")
    assert error == "errors: 1"
    rows = json.loads(printed)
    text = "1 load with their options: memory."
    assert {"level": "ok", "topic": "providers", "text": text} in rows
    assert {row["level"] for row in rows} <= set(Level)


@pytest.mark.parametrize("words", [("--volume", "-1"), ("--seconds", "0")])
def test_a_number_that_makes_no_sense_is_refused(words: tuple[str, str]) -> None:
    assert "must be" in alarmed(*words)[1]


def test_a_broken_setting_is_one_line(settings: Any) -> None:
    settings.OTPGUARD = {"PRESETT": "x"}
    assert "PRESET" in alarmed()[1]
