"""A process that brings up workers one after the other: `python -m tests.crash.nursery LOG DEATHS`.

Everything is imported once; each worker is a fork that lives until its point. After so many deaths
one more worker runs until this process is stopped. DEATHS may be 0.
"""

from __future__ import annotations

import ctypes
import os
import random
import signal
import sys
from pathlib import Path
from types import FrameType

import django

from tests.celery_app import app

PR_SET_PDEATHSIG = 1
_child = 0


def main(log: Path, deaths: int) -> int:
    """Bring up workers until SIGTERM."""
    signal.signal(signal.SIGTERM, _stop)
    for number in range(deaths):
        if os.waitstatus_to_exitcode(_live(log, number)) != -signal.SIGKILL:
            return 1
    return os.waitstatus_to_exitcode(_live(log, None))


def _live(log: Path, number: int | None) -> int:
    """One worker's life; the status it ended with."""
    global _child  # noqa: PLW0603 (a signal handler has no other way to know)
    parent = os.getpid()
    _child = os.fork()
    if _child == 0:
        _work(log, number, parent)
    return os.waitpid(_child, 0)[1]


def _work(log: Path, number: int | None, parent: int) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)
    if number is not None:
        dice = random.Random(f"{log.name} {number}")
        # The second nursery begins with the other half, so that together they are even.
        shift = 2 * int(log.name.rpartition("-")[2])
        points.arm(points.POINTS[(number + shift) % 4], left=dice.randint(1, 2), log=log)
    node = f"{log.stem}-{os.getpid()}@localhost"
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "-l", "WARNING"]
    quiet += ["--prefetch-multiplier", "1"]
    threads = os.environ.get("OTPGUARD_TEST_THREADS", "4")
    app.worker_main(["worker", "-P", "threads", "-c", threads, "-n", node, *quiet])
    os._exit(0)


def _stop(_signal: int, _frame: FrameType | None) -> None:
    os.kill(_child, signal.SIGKILL)
    os._exit(0)


if __name__ == "__main__":
    django.setup()
    app.loader.import_default_modules()
    from tests.crash import points

    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
