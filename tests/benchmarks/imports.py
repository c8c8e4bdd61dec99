"""What otpguard costs a project when Django is set up: `python -m tests.benchmarks.imports`.

Two projects in turn, each in processes of its own: both have Celery, REST framework and
cryptography imported, one installs otpguard. Timed is `django.setup()` alone, in CPU time; memory
is what the process holds afterwards. What the pages, the admin and a worker load when they are
first used is left out: it is a cost of using them.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.command import Asked, run
from tests.benchmarks.figures import Figure, Side, at_most

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 7
ASKED_MS, ASKED_MB = at_most(150, "ours"), at_most(15, "ours")

PROJECT = """
import os, sys, time
import celery.app, celery.signals, cryptography.fernet, django
from django.conf import settings

def held():
    pages = int(open("/proc/self/statm").read().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

settings.configure(
    SECRET_KEY="benchmark" * 6,
    USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "none"}},
    INSTALLED_APPS=[
        "django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions",
        "rest_framework", *sys.argv[1:],
    ],
)
import rest_framework.views
before = time.process_time()
django.setup()
print((time.process_time() - before) * 1000, held())
"""


def measured(*apps: str) -> tuple[float, float]:
    """Milliseconds of CPU and megabytes of one process that sets Django up with these apps."""
    done = subprocess.run(
        [sys.executable, "-c", PROJECT, *apps],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    milliseconds, megabytes = map(float, done.stdout.split())
    return milliseconds, megabytes


def main(asked: Asked) -> Sequence[Figure]:
    """Measure what installing it adds, in rounds of one process each."""
    measured("otpguard")  # byte code is compiled once
    more = []
    for _ in range(asked.rounds or (1 if asked.small else ROUNDS)):
        bare, ours = measured(), measured("otpguard")
        more.append((ours[0] - bare[0], ours[1] - bare[1]))
    milliseconds, megabytes = (statistics.median(each) for each in zip(*more, strict=True))
    work = "django.setup(), more than without"
    return [
        Figure(work=f"{work}, CPU", ours=Side("otpguard", milliseconds, "ms"), asked=ASKED_MS),
        Figure(work=f"{work}, memory", ours=Side("otpguard", megabytes, "MB"), asked=ASKED_MB),
    ]


if __name__ == "__main__":
    sys.exit(run(__doc__, main))
