"""Sealing dies at each of its steps: no index is missing or there twice, and no head forks."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from otpguard.audit.signers import RootKeySigner
from otpguard.flows.audit.seal import seal_events
from otpguard.flows.audit.verify import logs_to_verify, verify_heads, verify_log
from otpguard.models import ALL_HEADS, Event, Publication, Seal, SealCursor
from tests.flows.audit.logging import (
    ONE,
    TWO,
    begin,
    bodies,
    leaves_of,
    seal,
    seals_of,
    wait_for_others,
    write,
)
from tests.flows.audit.publishing import publish, storages, write_and_seal
from tests.models.rows import postgres_only

pytestmark = pytest.mark.django_db(transaction=True)
SIGNER = {"BACKEND": "tests.flows.audit.test_seal_crashes.Dying"}


class SignerDiedError(Exception):
    """The process would be gone here."""


class Dying(RootKeySigner):
    """Dies at its signature number `at`: by an exception, or by SIGKILL as DIES_BY says."""

    at = 0
    count = 0

    def sign(self, message: bytes) -> bytes:
        """Sign, or die."""
        Dying.count += 1
        if Dying.count == Dying.at:
            if os.environ.get("DIES_BY") == "SIGKILL":
                os.kill(os.getpid(), signal.SIGKILL)
            raise SignerDiedError
        return super().sign(message)


@pytest.fixture(autouse=True)
def _begun(settings: Any) -> None:
    begin()
    settings.OTPGUARD = {"AUDIT_SIGNER": SIGNER}
    Dying.at = Dying.count = 0


def all_holds() -> bool:
    """Every index once, with its event, and every head the continuation of the one before."""
    steps = [step for log in logs_to_verify() for step in verify_log(log)]
    waiting = sum(step.waiting for step in steps)
    damages = [each for step in (*steps, verify_heads()) for each in step.damages]
    return not damages and not waiting and leaves_of(seals_of()) == bodies()


@pytest.mark.parametrize("step", [1, 2, 3])
def test_a_pass_that_dies_at_a_signature_leaves_nothing_behind(step: int) -> None:
    """Three are made: for two tenants, and for the log of all heads."""
    write(ONE, 3)
    write(TWO, 2)
    Dying.at = step
    before = SealCursor.objects.values().get()
    with pytest.raises(SignerDiedError):
        seal()
    assert not Seal.objects.exists()
    assert SealCursor.objects.values().get() == before
    assert seal().events == 5
    assert all_holds()


@postgres_only
@pytest.mark.parametrize("table", ["seal", "logtile", "sealcursor"])
def test_a_pass_that_dies_at_a_write_leaves_nothing_behind(table: str) -> None:
    """Each write of a pass fails once, by a trigger in the database."""
    write(ONE, 300)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.dies() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'died'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER dies BEFORE INSERT OR UPDATE ON otpguard_{table}"
            " FOR EACH ROW EXECUTE FUNCTION pg_temp.dies()"
        )
    try:
        with pytest.raises(Exception, match="died"):
            seal()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TRIGGER dies ON otpguard_{table}")
    assert not Seal.objects.exists()
    assert seal().events == 300
    assert all_holds()


@postgres_only
def test_sealers_at_once_with_writers_leave_no_gap_and_no_double_index() -> None:
    start = Barrier(5)

    def act(number: int) -> None:
        start.wait()
        for _ in range(10):
            if number < 3:
                seal_events(now=timezone.now())
            else:
                write(ONE if number == 3 else TWO, 2)
        connection.close()

    threads = [Thread(target=act, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    wait_for_others()
    seal()
    assert Event.objects.count() == 40
    assert all_holds()


@pytest.mark.parametrize("done", ["tiles", "directory"])
def test_a_run_that_dies_between_two_places_is_continued(
    settings: Any, tmp_path: Path, done: str
) -> None:
    """What was written and not recorded is found the same by the next run."""
    settings.STORAGES = storages(tmp_path, "tiles")
    places = {"TILES": "tiles", "DIRECTORY": str(tmp_path / "heads")}
    settings.OTPGUARD = {"AUDIT_PUBLISH": places}
    write_and_seal(300)
    publish()
    Publication.objects.filter(name=done).update(size=0, note="", published_at=None)
    write_and_seal(5)
    assert publish().published == {"tiles": 2, "directory": 2}
    assert publish().failed == {}


_SEALS = """
import django
django.setup()
from django.utils import timezone
from otpguard.flows.audit.seal import seal_events
from tests.flows.audit.test_seal_crashes import Dying
Dying.at = {step}
seal_events(now=timezone.now())
"""


@postgres_only
@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 3])
def test_a_process_that_is_killed_within_a_pass_leaves_nothing_behind(
    settings: Any, tmp_path: Path, step: int
) -> None:
    write(ONE, 3)
    write(TWO, 2)
    wait_for_others()
    name = settings.DATABASES["default"]["NAME"]
    (tmp_path / "dying.py").write_text(
        "from tests.settings import *\n"
        f'DATABASES["default"]["NAME"] = "{name}"\n'
        f'OTPGUARD = {{**OTPGUARD, "AUDIT_SIGNER": {SIGNER!r}}}\n'
    )
    path = os.pathsep.join([str(tmp_path), str(Path.cwd()), os.environ.get("PYTHONPATH", "")])
    died = subprocess.run(
        [sys.executable, "-c", _SEALS.format(step=step)],
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "dying",
            "DIES_BY": "SIGKILL",
            "PYTHONPATH": path,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert not Seal.objects.exists()
    assert seal().events == 5
    assert all_holds()
    assert Seal.objects.filter(log=ALL_HEADS).count() == 1
