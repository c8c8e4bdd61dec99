"""The audit log into a file, and its check: `python -m tests.benchmarks.export --rows 1e5`.

One log of so many events in a private PostgreSQL, sealed. Timed is a whole file, once a round:

- csv, jsonl, ocsf, bundle: as `otpguard_export` writes them; the private part is decrypted for the
  first and the third.
- COPY: the same rows by psycopg's COPY, as CSV of the columns, and as lines of the bodies. It
  decrypts nothing and reads no JSON.
- verify: the bundle by `otpguard.verify_export`, in full and with `--fast`.

Told beside it is the peak of resident memory of this process after each. Left out: writing and
sealing the events, the encryption of a release.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import UUID

from tests.benchmarks.command import Asked, run
from tests.benchmarks.figures import Figure, Side
from tests.benchmarks.ground import ground

ROWS, SMALL, ROUNDS, BATCH = 100_000, 2_000, 3, 1_000
LOG = UUID(int=1)
COPY_CSV = (
    "COPY (SELECT id, kind, checkpoint, actor_ref, subject_ref, story, body FROM otpguard_event"
    " WHERE tenant_id = '{log}' ORDER BY xact, id) TO STDOUT WITH CSV HEADER"
)
COPY_LINES = (
    "COPY (SELECT body FROM otpguard_event WHERE tenant_id = '{log}' ORDER BY xact, id) TO STDOUT"
)


def main(asked: Asked) -> Sequence[Figure]:
    """Measure exports beside COPY, and the check of a bundle."""
    count = asked.rows[0] if asked.rows else SMALL if asked.small else ROWS
    rounds = asked.rounds or (1 if asked.small else ROUNDS)
    with ground() as home:
        _fill(count)
        acts = _acts(home)
        seconds: dict[str, list[float]] = {name: [] for name in acts}
        for _ in range(rounds):
            for name, act in acts.items():
                began = perf_counter()
                act()
                seconds[name].append(perf_counter() - began)
                print(f"{name}: {seconds[name][-1]:.2f} s, {_peak():.0f} MB", file=sys.stderr)
    return [_figure(name, seconds, count) for name in acts if not name.startswith("COPY")]


def _fill(count: int) -> None:
    """Events as a site writes them, sealed."""
    recorder = import_module("otpguard.audit.recorder")
    events = import_module("otpguard.core.events.challenge")
    seal = import_module("otpguard.flows.audit.seal")
    timezone = import_module("django.utils.timezone")
    seal.begin_sealing()
    event = events.ChallengeVerified(method="totp", attempt=1)
    for done in range(0, count, BATCH):
        where = recorder.Circumstances(
            now=timezone.now(),
            tenant=str(LOG),
            checkpoint="api_key",
            actor="7",
            subject="7",
            client_ip="203.0.113.7",
            agent="Firefox on Linux",
            target="key ci",
        )
        recorder.record_all([(event, where)] * min(BATCH, count - done))
        seal.seal_events(now=timezone.now(), most=2 * BATCH)
    while seal.seal_events(now=timezone.now(), most=2 * BATCH).events:
        pass


def _acts(home: Path) -> dict[str, Callable[[], Any]]:
    jobs = import_module("otpguard.flows.audit.export_job")
    bundle = import_module("otpguard.flows.audit.bundle")
    rows = import_module("otpguard.core.release.rows")
    check = import_module("otpguard.verify_export.check")
    timezone = import_module("django.utils.timezone")
    whole = import_module("otpguard.core.audit_export").LogSelection()
    zipped = home / "log.zip"

    def written(name: str, kind: str, source: Callable[..., Any]) -> None:
        with (home / name).open("wb") as to:
            to.writelines(rows.RowWriter(kind).pieces(source(LOG, whole)))

    def bundled() -> None:
        with zipped.open("wb") as to:
            bundle.write_bundle(LOG, to, now=timezone.now())

    def checked(*, fast: bool) -> None:
        if not check.verify_bundle(zipped, fast=fast).holds:
            raise RuntimeError("the bundle does not hold")

    return {
        "COPY csv": lambda: _copy(home / "copy.csv", COPY_CSV),
        "COPY lines": lambda: _copy(home / "copy.jsonl", COPY_LINES),
        "jsonl": lambda: written("log.jsonl", "lines", jobs.leaves_of),
        "csv": lambda: written("log.csv", "csv", jobs.table_of),
        "ocsf": lambda: written("ocsf.jsonl", "lines", jobs.ocsf_of_log),
        "bundle": bundled,
        "verify --fast": lambda: checked(fast=True),
        "verify": lambda: checked(fast=False),
    }


def _copy(path: Path, statement: str) -> None:
    connection = import_module("django.db").connection
    with (
        path.open("wb") as to,
        connection.cursor() as cursor,
        cursor.cursor.copy(statement.format(log=LOG)) as copied,
    ):
        to.writelines(copied)


def _figure(name: str, seconds: dict[str, list[float]], count: int) -> Figure:
    found = median(seconds[name])
    ours = Side(name, found, "s", f"{count / found:,.0f} events/s")
    peer = {"csv": "COPY csv", "ocsf": "COPY csv"}.get(name, "COPY lines")
    if name.startswith("verify"):
        return Figure(work=f"check of {count:,} events", ours=ours)
    beside = Side(peer, median(seconds[peer]), "s")
    return Figure(work=f"export of {count:,} events", ours=ours, peer=beside)


def _peak() -> float:
    """The most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(run(__doc__, main))
