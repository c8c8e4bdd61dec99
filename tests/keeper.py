"""Server processes that cannot outlive the test run.

A server started here runs below a small guard process (this very file, run as a script). The guard
holds one end of a pipe; the test run holds the other and never writes to it. However the test run
ends, be it normally, by an exception or by SIGKILL, the pipe closes, and the guard stops the server
and removes its directory.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

GRACE_SECONDS = 10


class Kept:
    """A server under guard."""

    def __init__(
        self,
        command: Sequence[str | Path],
        *,
        log: Path,
        cwd: Path,
        env: Mapping[str, str] | None = None,
        uid: int | None = None,
        remove: Path | None = None,
        stop_with: signal.Signals = signal.SIGTERM,
    ) -> None:
        """Start `command`; `uid` is who it runs as, `remove` a directory to delete afterwards."""
        guard = [sys.executable, "-I", __file__, "--stop-with", str(int(stop_with))]
        if uid is not None:
            guard += ["--uid", str(uid)]
        if remove is not None:
            guard += ["--remove", str(remove)]
        self.log = log
        with log.open("ab") as output:
            # A session of its own, so that Ctrl-C reaches the test run alone and it can stop the
            # server in good order.
            self._guard = subprocess.Popen(
                [*guard, "--", *map(str, command)],
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=env,
                start_new_session=True,
            )

    def wait_until(self, ready: Callable[[], bool], *, seconds: float) -> None:
        """Return once `ready()` holds; stop the server and raise with its log if it never does."""
        deadline = time.monotonic() + seconds
        while not ready():
            if self._guard.poll() is not None:
                problem = f"ended with status {self._guard.returncode} while starting"
            elif time.monotonic() > deadline:
                problem = f"was not ready after {seconds:g} s"
            else:
                time.sleep(0.02)
                continue
            log = self.tail()
            self.stop()
            raise RuntimeError(f"The server {problem}:\n{log}")

    def is_alive(self) -> bool:
        """True while it runs."""
        return self._guard.poll() is None

    def tail(self, *, size: int = 4000) -> str:
        """The end of the log."""
        text = self.log.read_bytes() if self.log.exists() else b""
        return text[-size:].decode(errors="replace")

    def stop(self) -> None:
        """Stop the server and wait until it is gone."""
        if self._guard.stdin is not None:
            self._guard.stdin.close()
        try:
            self._guard.wait(GRACE_SECONDS + 5)
        except subprocess.TimeoutExpired:
            self._guard.kill()
            self._guard.wait()


def guard(command: list[str], *, uid: int | None, remove: Path | None, stop_with: int) -> int:
    """Run `command` until it ends or standard input does; its exit status."""
    server = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        user=uid,
        group=uid,
        extra_groups=None if uid is None else [],
    )
    told_to_stop = threading.Event()

    def stop_when_the_run_ends() -> None:
        # Not sys.stdin: a buffered reader must not be blocked when the interpreter shuts down.
        while os.read(0, 1):
            pass
        told_to_stop.set()
        server.send_signal(stop_with)
        try:
            server.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()

    watcher = threading.Thread(target=stop_when_the_run_ends, daemon=True)
    watcher.start()
    status = int(server.wait())
    if told_to_stop.is_set():
        watcher.join()
        if remove is not None:
            shutil.rmtree(remove, ignore_errors=True)
    return status


def main() -> int:
    """Read the command line and stand guard."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--uid", type=int)
    parser.add_argument("--remove", type=Path)
    parser.add_argument("--stop-with", type=int, required=True)
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    return guard(asked.command, uid=asked.uid, remove=asked.remove, stop_with=asked.stop_with)


if __name__ == "__main__":
    sys.exit(main())
