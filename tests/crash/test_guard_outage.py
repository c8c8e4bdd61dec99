"""With PostgreSQL away, whatever is guarded answers 503 and never lets anybody in (E1 1.9)."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event

import pytest

from tests.crash.database import own_database
from tests.crash.stage import stage
from tests.models.rows import postgres_only
from tests.ports import free_port

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("crash"), postgres_only]

AWAY = (0.0, 1.0, 3.0)
"""Seconds of each outage."""
RIGHT = {"proven": 200, "unproven": 303}
"""What each person is answered while the database is there: the page, or the way to a step-up."""
UNAVAILABLE = 503


def ask(port: int, cookie: str) -> tuple[int, str]:
    """The status of the guarded page, and its Retry-After."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request(
            "GET", "/billing/", headers={"Cookie": f"sessionid={cookie}", "Accept": "text/html"}
        )
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers.get("Retry-After", "")
    finally:
        connection.close()


def test_every_answer_is_right_or_503_while_the_database_comes_and_goes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    port, found = free_port(), tmp_path / "cookies.json"
    over = Event()
    answers: Counter[tuple[str, int, bool]] = Counter()
    with own_database() as database, stage(tmp_path, database=database.url) as running:
        running.run("site", port, found)
        running.wait_for(found.exists, seconds=60, told=Counter)
        cookies = json.loads(found.read_text(encoding="utf-8"))

        def visit(name: str) -> list[tuple[str, int, bool]]:
            seen = []
            while not over.is_set():
                status, retry = ask(port, cookies[name])
                seen.append((name, status, bool(retry)))
            return seen

        with ThreadPoolExecutor(4) as pool:
            visits = [pool.submit(visit, name) for name in [*RIGHT, *RIGHT]]
            for away in AWAY:
                time.sleep(1.0)  # under load before, and after
                database.stop()
                time.sleep(away)
                database.start()
            time.sleep(1.0)
            over.set()
            for done in visits:
                answers.update(done.result())
        last = {name: ask(port, cookie)[0] for name, cookie in cookies.items()}
    neither = {
        seen: times
        for seen, times in answers.items()
        if seen[1] != RIGHT[seen[0]] and seen[1:] != (UNAVAILABLE, True)
    }
    refused = sum(times for seen, times in answers.items() if seen[1] == UNAVAILABLE)
    with capsys.disabled():
        print(
            f"\n{len(AWAY)} outages under load: {answers.total()} answers, {refused} of them 503,"
            f" {sum(neither.values())} neither 503 nor right"
        )
    assert not neither
    assert refused > 0, "no request met an outage"
    assert last == RIGHT, "the site finds the database again"
