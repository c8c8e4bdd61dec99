"""The one command, end to end: web server, worker, inbox, and a clean end."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.demo.running import ROOT, Client, environment, running_demo, soon
from tests.ports import free_port


def test_a_production_key_is_created_after_a_step_up(tmp_path: Path) -> None:
    with running_demo(tmp_path / "demo", free_port()) as demo:
        said = demo.said.read_text(encoding="utf-8")
        assert "migrating" in said
        assert "seeding" in said
        assert re.search(r"migrating .*… \d+\.\d s\n", said)
        assert re.search(r"ready after \d+\.\d s", said)
        assert "alice@acme" in said

        browser = Client(demo.url)
        browser.get("/login/?next=/keys/")
        browser.submit(action="/login/", username="alice@acme", password="demo", next="/keys/")
        assert "API keys of Acme" in browser.text

        key = {"name": "ci", "environment": "production", "scope": "read"}
        browser.submit(action="/keys/", **key)
        assert "/security/step-up/" in browser.url
        assert "production key &#x27;ci&#x27;" in browser.text

        browser.submit(action=r"/security/step-up/[^/]+/")
        assert "/security/challenge/" in browser.url
        browser.submit(action=r"/security/challenge/[^/]+/", code=demo.code())
        assert browser.url.endswith("/continue/")

        browser.submit(action="/keys/")
        assert browser.status == 200
        assert "acme_live_" in browser.text
        assert "production key &#x27;ci&#x27; is ready" in browser.text
        assert browser.get("/inbox/").count('class="message"') == 1

        assert demo.stop(signal.SIGINT) == 0
        said = demo.said.read_text(encoding="utf-8")
        assert said.rstrip().endswith("stopped.")
        assert "Traceback" not in said


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_the_worker_ends_with_the_demo(tmp_path: Path, how: signal.Signals) -> None:
    with running_demo(tmp_path / "demo", free_port()) as demo:
        (worker,) = psutil.Process(demo.process.pid).children()
        status = demo.stop(how)
        assert status == (0 if how is signal.SIGTERM else -signal.SIGKILL)
        worker.wait(30)


@pytest.mark.slow
def test_a_second_start_uses_what_is_there(tmp_path: Path) -> None:
    for expected in ("made organizations and people", "nothing to do"):
        with running_demo(tmp_path / "demo", free_port()) as demo:
            said = demo.said.read_text(encoding="utf-8")
            assert expected in said
            assert demo.stop(signal.SIGINT) == 0
    assert "all there already" in said


@pytest.mark.slow
def test_a_worker_that_dies_is_reported(tmp_path: Path) -> None:
    with running_demo(tmp_path / "demo", free_port()) as demo:
        (worker,) = psutil.Process(demo.process.pid).children()
        os.kill(worker.pid, signal.SIGKILL)
        soon(lambda: "worker ended by itself" in demo.said.read_text(encoding="utf-8") or None)
        assert demo.stop(signal.SIGINT) == 0


def test_a_port_that_is_taken_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        done = subprocess.run(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            cwd=ROOT,
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        f"CommandError: Port {port} is taken. Choose another: python manage.py demo --port 8001"
    ]
