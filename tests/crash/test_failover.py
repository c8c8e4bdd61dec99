"""A database that ends in the middle of sends loses no code, and everybody finds it again."""

from __future__ import annotations

import time
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from tests.crash.database import own_database
from tests.crash.stage import ENDED, stage
from tests.models.rows import postgres_only

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("crash"), postgres_only]

AWAY = (0.0, 1.0, 3.0, 6.0)
"""Seconds of each outage."""
ANSWER = 0.6
"""Seconds that the vendor takes, so that there is always a send between claim and record."""


def test_a_database_that_ends_and_comes_back_loses_no_code(tmp_path: Path) -> None:
    with (
        own_database() as database,
        stage(tmp_path, database=database.url, seconds=ANSWER) as running,
    ):
        people = running.run("people", 6)
        workers = [running.run("nursery", tmp_path / f"steady-{number}", 0) for number in range(2)]
        started = 20
        running.wait_for(
            lambda: len(running.vendor.sent) >= started, seconds=40, told=database.endings
        )
        claims: set[tuple[str, datetime]] = set()
        for away in AWAY:
            running.wait_for(
                lambda: len(database.under_way()) >= 2, seconds=30, told=database.endings
            )
            database.stop()
            time.sleep(away)
            database.start()
            claims |= database.under_way()
            before = len(running.vendor.sent)
            running.wait_for(
                lambda before=before: len(running.vendor.sent) >= before + 10,
                seconds=30,
                told=database.endings,
            )
        people.stop()
        assert all(worker.is_alive() for worker in workers), "they find the database again"
        running.wait_for(
            lambda: set(database.endings()) <= set(ENDED), seconds=110, told=database.endings
        )
        found = database.endings()
        logs = "\n".join(process.tail(size=200_000) for process in running.kept)
    sent = running.vendor.sent
    cut_off = Counter(key for key, _ in claims)
    doubles = {key: times - 1 for key, times in sent.items() if times > 1}
    print(
        f"\n{len(AWAY)} outages of {AWAY} s: {sum(found.values())} challenges, 0 lost:"
        f" {dict(found)}\n{sum(sent.values())} messages, {sum(doubles.values())} of them doubles;"
        f" {sum(cut_off.values())} sends were cut off before their record"
    )
    assert sum(cut_off.values()) > 0, "no outage met a send"
    assert all(times <= cut_off[key] for key, times in doubles.items()), (doubles, cut_off)
    assert "Exception in thread" not in logs
