"""Run attacks with several seeds, each in a process of its own, so that no run sees what another
one's process remembers.

The quiet time is played once for each seed; every attack begins from a copy of its database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import django

from otpguard.simulation.attackers import Attack, attacks
from otpguard.simulation.figures import PeopleCount, RunCount
from otpguard.simulation.people import DAY
from otpguard.simulation.play import Script, Watch, play_attack, play_quiet
from otpguard.simulation.stores import PostgresDatabase, SqliteFile, ThrowAway
from otpguard.simulation.throwaway import simulated_world

P = ParamSpec("P")
R = TypeVar("R")

_LOOK_EVERY = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to run. `hours` is how long the attacks of 48 hours last; `folder` is an empty one for
    files of the runs; `database` is an alias of DATABASES on PostgreSQL, empty for SQLite."""

    seeds: tuple[int, ...]
    attacks: tuple[str, ...]
    people_a_day: float
    days: float
    hours: float
    folder: Path
    database: str = ""
    jobs: int = 1

    def script(self, seed: int) -> Script:
        """What the runs of one seed play."""
        return Script(seed=seed, people_a_day=self.people_a_day, quiet=self.days * DAY)

    def store(self, name: str) -> ThrowAway:
        """A database for one run."""
        if self.database:
            return PostgresDatabase(self.database, f"otpguard_{self.folder.name}_{name}")
        return SqliteFile(self.folder, name)

    def kept(self, seed: int) -> str:
        """Under which name the quiet time of a seed is kept."""
        return f"otpguard_{self.folder.name}_quiet_{seed}"


def attack_named(name: str, *, hours: float) -> Attack:
    """Raises ValueError, which names all, for one that there is not."""
    known = {attack.name: attack for attack in attacks(hours)}
    if name not in known:
        raise ValueError(f'unknown attack "{name}"; there are {", ".join(known)}')
    return known[name]


def run_quiet(plan: Plan, seed: int) -> PeopleCount:
    """Play the quiet time of a seed, and keep its database."""
    store, kept = plan.store(f"q{seed}"), plan.kept(seed)
    with simulated_world(store, keep_as=kept, people_a_day=plan.people_a_day):
        return play_quiet(plan.script(seed), _watch(plan, f"q{seed}"))


def run_attack(plan: Plan, seed: int, name: str, quiet: PeopleCount) -> RunCount:
    """Play one attack on a copy of the database of its seed."""
    attack = attack_named(name, hours=plan.hours)
    store, kept = plan.store(f"{name}_{seed}"), plan.kept(seed)
    with simulated_world(store, kept=kept, people_a_day=plan.people_a_day):
        window, waves = play_attack(plan.script(seed), attack, _watch(plan, f"{name}_{seed}"))
    return RunCount(attack=name, seed=seed, quiet=quiet, window=window, waves=waves)


def run_all(plan: Plan, watch: Callable[[float], None]) -> list[RunCount]:
    """Run every attack with every seed, `jobs` of them at once; `watch` is told the share done."""
    try:
        with ThreadPoolExecutor(plan.jobs) as pool:
            return _run_all(plan, pool, watch)
    finally:
        for seed in plan.seeds:
            store = plan.store("forgotten")
            if isinstance(store, PostgresDatabase):
                store.forget(plan.kept(seed))


def _run_all(
    plan: Plan, pool: ThreadPoolExecutor, watch: Callable[[float], None]
) -> list[RunCount]:
    quiet = {seed: pool.submit(_alone, run_quiet, plan, seed) for seed in plan.seeds}
    _wait_for(plan, list(quiet.values()), watch)
    runs = [
        pool.submit(_alone, run_attack, plan, seed, name, quiet[seed].result())
        for name in plan.attacks
        for seed in plan.seeds
    ]
    _wait_for(plan, runs, watch)
    return [run.result() for run in runs]


def _alone(run: Callable[P, R], *given: P.args, **named: P.kwargs) -> R:
    """Run it in a process of its own that ends with it. A shared pool whose processes end after one
    task may wait for ever for a process that it has not begun (CPython 115634)."""
    with ProcessPoolExecutor(
        1, mp_context=get_context("spawn"), initializer=django.setup
    ) as process:
        return process.submit(run, *given, **named).result()


def _wait_for(
    plan: Plan, runs: Sequence[Future[PeopleCount]] | Sequence[Future[RunCount]], watch: Watch
) -> None:
    """Until all are done, or one has failed, whose error is raised."""
    left: set[Future[Any]] = set(runs)
    while left:
        done, left = wait(left, timeout=_LOOK_EVERY)
        for each in done:
            each.result()
        watch(_share_done(plan))


def _share_done(plan: Plan) -> float:
    """From the files in which the runs note how far they are."""
    found = 0.0
    for note in plan.folder.glob("*.done"):
        found += float(note.read_text(encoding="ascii"))
    return found / (len(plan.seeds) * (1 + len(plan.attacks)))


def _watch(plan: Plan, name: str) -> Watch:
    noted, begun = plan.folder / f"{name}.done", plan.folder / f"{name}.begun"
    last = -1.0

    def watch(share: float) -> None:
        nonlocal last
        if share >= last + 0.01 or share >= 1.0:
            last = share
            # Whole at once: half a note would count as nothing done.
            begun.write_text(f"{share:.3f}", encoding="ascii")
            begun.replace(noted)

    return watch
