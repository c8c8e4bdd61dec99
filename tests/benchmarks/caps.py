"""What counting the caps of a start costs: `python -m tests.benchmarks.caps`.

One thread, a Redis and a PostgreSQL of its own, five caps of 100 that have room. Timed is one
decision that charges all five.

- Redis: the call of the Redis limiter's script; the limit is a bare EVALSHA of a script that does
  nothing, with the same keys and arguments. Beside it, for scale: PING, and the same five caps by
  django-ratelimit and by `limits` (moving window), which need a call or more for each.
- SQL: `consume` of the shipped limiter, in a transaction that commits; the limit is one indexed
  count in one.

Left out: the row of each use that the Redis limiter writes to the database as well.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from os import environ
from typing import Any

from tests.benchmarks.command import Asked, run
from tests.benchmarks.crew import Act, alone
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.ground import ground
from tests.benchmarks.rounds import compare, measure

ROUNDS, TIMES, WARM = 9, 400, 50


def main(asked: Asked) -> Sequence[Figure]:
    """Measure Redis against Redis, and SQL against SQL."""
    rounds = asked.rounds or (1 if asked.small else ROUNDS)
    times = 5 if asked.small else TIMES
    with ground(settings="tests.benchmarks.peers"):
        from tests.benchmarks.acts.caps import redis_acts, sql_acts  # noqa: PLC0415 (set up now)

        by_redis = _measured(redis_acts(environ["OTPGUARD_TEST_REDIS"]), rounds, times)
        by_sql = _measured(sql_acts(), rounds, times)
    work = "five caps, one Redis call"
    bare = "bare EVALSHA"
    rows = [
        compare(by_redis, work, "otpguard", unit="µs", limit=bare, asked=at_most(1.5, "limit")),
        *(
            compare(by_redis, f"{work}, beside {peer}", "otpguard", unit="µs", peer=peer)
            for peer in ("PING", "django-ratelimit", "limits")
        ),
    ]
    count = "one indexed count"
    return [*rows, compare(by_sql, "five caps in SQL", "otpguard", unit="µs", limit=count)]


def _measured(acts: Mapping[str, Callable[[], Any]], rounds: int, times: int) -> Any:
    crew = alone({name: Act(act) for name, act in acts.items()})
    for name in acts:
        crew(name, min(WARM, times))
    found = measure({name: partial(crew, name, times) for name in acts}, rounds)
    return {name: [seconds * 1e6 for seconds in each] for name, each in found.items()}


if __name__ == "__main__":
    sys.exit(run(__doc__, main))
