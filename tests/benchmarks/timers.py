"""How late fallback timers are: `python -m tests.benchmarks.timers [challenges]`.

So many challenges are in flight with timers of 8 s, on two workers; a trigger notes the moment at
which each next step is written, and marks it as sent, as if others did that at once: this is about
the timers, the sends are measured by `tests.benchmarks.sends`. Then the workers are killed, timers
come due meanwhile, and it is measured how soon after a restart they have all fired.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

from django.db import connection
from django.utils import timezone

from tests.benchmarks.ground import challenges, ground, wait_for, workers

SECONDS = 8
KILLED = 200
ALLOWED_P50, ALLOWED_P99, ALLOWED_RESTART = 0.135, 0.260, 2.0
TRIGGER = """
CREATE TABLE fired (challenge uuid, at timestamptz);
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  INSERT INTO fired VALUES (NEW.challenge_id, clock_timestamp());
  NEW.state := 'sent'; RETURN NEW; END $$;
CREATE TRIGGER note BEFORE INSERT ON otpguard_delivery
  FOR EACH ROW WHEN (NEW.step > 0) EXECUTE FUNCTION note();
"""


def main(number: int, home: Path) -> int:
    """Measure and print; 1 when something was lost, early, double or too late."""
    _run(TRIGGER)
    with workers(home, queue="nobody", threads=1):
        begin = timezone.now() + timedelta(seconds=SECONDS + number / 1000)
        dues = [begin + timedelta(seconds=SECONDS * each / number) for each in range(number)]
        challenges(dues, state="sent", provider_ref=None)
        _run("CREATE TABLE dues AS SELECT id AS challenge, due_at AS due FROM otpguard_challenge")
        if timezone.now() > begin:
            raise RuntimeError("the rows took too long to make")
        wait_for(lambda: timezone.now() > dues[-1], seconds=120)
        wait_for(lambda: _count() >= number, seconds=60)
    drifts = _drifts()
    quantiles = statistics.quantiles(drifts, n=100)
    p50, p99 = quantiles[49], quantiles[98]
    early = sum(drift < 0 for drift in drifts)
    print(
        f"{number} timers, {number / SECONDS:.0f} a second: drift p50 {p50 * 1e3:.0f} ms"
        f" ({p50 / ALLOWED_P50:.2f} x allowed), p99 {p99 * 1e3:.0f} ms"
        f" ({p99 / ALLOWED_P99:.2f} x allowed), worst {max(drifts) * 1e3:.0f} ms,"
        f" lost {number - len(set(_fired()))}, early {early},"
        f" doubles {len(_fired()) - len(set(_fired()))}"
    )
    sound = early == 0 and len(_fired()) == len(set(_fired())) == number
    return int(not (sound and p50 <= ALLOWED_P50 and p99 <= ALLOWED_P99)) | _after_a_kill(home)


def _after_a_kill(home: Path) -> int:
    _run("TRUNCATE fired")
    with workers(home, queue="nobody", threads=1) as running:
        due = timezone.now() + timedelta(seconds=4)
        challenges([due] * KILLED, state="sent", provider_ref=None)
        for worker in running:
            worker.kill()
    wait_for(lambda: timezone.now() > due, seconds=10)
    assert _count() == 0, "nobody was there"
    with workers(home, queue="nobody", threads=1):
        ready = time.monotonic()
        wait_for(lambda: _count() >= KILLED, seconds=30)
        took = time.monotonic() - ready
    doubles = len(_fired()) - len(set(_fired()))
    print(
        f"after a SIGKILL: {KILLED} due timers fired {took:.2f} s after the restarted workers"
        f" answered ({took / ALLOWED_RESTART:.2f} x allowed), doubles {doubles}"
    )
    return int(took > ALLOWED_RESTART or doubles > 0)


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _count() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM fired")
        return int(cursor.fetchone()[0])


def _fired() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT challenge FROM fired")
        return [str(row[0]) for row in cursor.fetchall()]


def _drifts() -> list[float]:
    """Seconds between due and written; the row itself forgets when it was due."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM f.at - d.due) FROM fired f JOIN dues d USING (challenge)"
        )
        return [float(row[0]) for row in cursor.fetchall()]


if __name__ == "__main__":
    with ground() as place:
        asked = [int(word) for word in sys.argv[1:] if word.isdigit()]
        code = main(asked[0] if asked else 5000, place)
    sys.exit(code)
