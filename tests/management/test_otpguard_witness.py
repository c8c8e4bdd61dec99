"""The witness as a process of its own, that is killed and remembers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from otpguard.core.sealing.note import NoteKey
from otpguard.core.sealing.witness import AddCheckpoint
from otpguard.transport.client import send
from otpguard.transport.exchange import Deadlines, Request, Response
from tests.audit.witnessing import NAME, OtherLog, key_file

LOG = OtherLog()


@contextmanager
def running(folder: Path) -> Iterator[tuple[str, NoteKey]]:
    """A process that serves, its URL and its key; SIGKILL at the end."""
    command = [sys.executable, "manage.py", "otpguard_witness", "--name", NAME, "--port", "0"]
    command += ["--key", str(folder / "witness.pem"), "--state", str(folder / "state.json")]
    process = subprocess.Popen(
        [*command, "--log", LOG.key.text()], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        key = NoteKey.parse(process.stdout.readline().removeprefix("Key: "))
        yield process.stdout.readline().strip(), key
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def ask(url: str, old: int, size: int, *, fork: str = "") -> int:
    note = LOG.head(size, fork=fork)
    body = AddCheckpoint(old=old, proof=LOG.proof(old, size), note=note).text().encode()
    request = Request(method="POST", url=f"{url}/add-checkpoint", body=body)
    answer = send(request, deadlines=Deadlines())
    assert isinstance(answer, Response)
    return answer.status


@pytest.mark.slow
def test_what_it_has_cosigned_outlives_a_kill(tmp_path: Path) -> None:
    key_file(tmp_path)
    with running(tmp_path) as (url, first):
        assert ask(url, 0, 3) == 200
    with running(tmp_path) as (url, second):
        assert ask(url, 0, 3) == 409
        assert ask(url, 3, 5, fork="x") == 422
        assert ask(url, 3, 5) == 200
    assert first == second


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"key": "/missing"}, "no private key"),
        ({"log": ["x"]}, "a key is name"),
        ({"name": "with space"}, "does not fit"),
    ],
    ids=["key", "log", "name"],
)
def test_it_says_why_it_cannot(tmp_path: Path, changed: dict[str, object], said: str) -> None:
    given = {
        "name": NAME,
        "key": str(key_file(tmp_path)),
        "state": tmp_path / "state.json",
        "log": [LOG.key.text()],
        **changed,
    }
    with pytest.raises(CommandError, match=said):
        call_command("otpguard_witness", stdout=StringIO(), **given)
