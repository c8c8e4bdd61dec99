"""The demo's Celery worker: a process of its own that ends with the demo, however that goes."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread

from demo_project.celery_app import KEPT

READY = " ready."
START_SECONDS = 60
STOP_SECONDS = 15
COMMAND = ("-m", "celery", "-A", "demo_project", "worker", "-P", "threads", "-c", "4")
QUIET = ("--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")


class WorkerError(RuntimeError):
    """The worker could not be started."""


class Worker:
    """A running worker. Call `stop` in the end; `died` is told when it ends by itself."""

    def __init__(self, *, log: Path, root: Path, died: Callable[[int], None]) -> None:
        self._log = log
        self._stopping = Event()
        self._died = died
        with log.open("wb") as output:
            # A session of its own: Ctrl-C reaches the command alone, which then ends the worker in
            # good order. Its standard input is a pipe that closes when the command is gone.
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and arguments)
                [sys.executable, *COMMAND, *QUIET],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=root,
                env={**os.environ, KEPT: "1"},
                start_new_session=True,
            )

    def wait_until_ready(self) -> None:
        """Return once it takes tasks. Raises WorkerError when it ends or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while READY not in self._log.read_text(errors="replace"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise WorkerError(f"The worker did not start. Its log: {self._log}")
            time.sleep(0.05)
        Thread(target=self._watch, name="demo-worker-watch", daemon=True).start()

    def stop(self) -> None:
        """End it: warm first, hard after a while."""
        self._stopping.set()
        if self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _watch(self) -> None:
        status = self._process.wait()
        if not self._stopping.is_set():
            self._died(status)
