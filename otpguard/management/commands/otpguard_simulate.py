"""Play attacks by SMS pumping against the defense of this project, and print what each would cost.

Uses a database of its own and a simulated clock. Nothing is sent.
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections

from otpguard.simulation.assumptions import ATTACK_HOURS, PEOPLE_A_DAY
from otpguard.simulation.attackers import attacks
from otpguard.simulation.chart import draw_sends
from otpguard.simulation.figures import RunCount, as_json
from otpguard.simulation.run import Plan, attack_named, run_all
from otpguard.simulation.table import print_table

_BAR = 40


class Command(BaseCommand):
    """`manage.py otpguard_simulate --seeds 10 --json`."""

    help = (
        "Plays SMS pumping against the real start of challenges, in a database of its own and with"
        " a simulated clock, and prints what each attack would cost and whom it would hurt."
    )

    _shown = -1
    _began = 0.0

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument(
            "--attack",
            action="append",
            default=[],
            metavar="NAME",
            help=f"one attack; may be repeated (default: all): {', '.join(_names())}",
        )
        parser.add_argument("--seed", type=int, default=1, help="the first seed (default: 1)")
        parser.add_argument("--seeds", type=int, default=1, help="how many seeds (default: 1)")
        parser.add_argument(
            "--days",
            type=float,
            default=30,
            help="quiet days before the attack, from which the site has its habit (default: 30)",
        )
        parser.add_argument(
            "--hours",
            type=float,
            default=ATTACK_HOURS,
            help="how long an attack lasts; slow ones last longer alike (default: %(default)s)",
        )
        parser.add_argument(
            "--people-per-day",
            type=float,
            default=PEOPLE_A_DAY,
            help="healthy sign-ups a day; 86400 is one a second (default: %(default)s)",
        )
        parser.add_argument("--jobs", type=int, default=1, help="runs at once (default: 1)")
        parser.add_argument(
            "--database",
            default="",
            metavar="ALIAS",
            help="make the database on the PostgreSQL server of this alias (default: SQLite)",
        )
        parser.add_argument("--svg", type=Path, help="draw the messages over time into this file")
        parser.add_argument("--json", action="store_true", help="print JSON for machines")

    def handle(self, **options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Run, and print; a mistake ends it with one line."""
        self._began = monotonic()
        with TemporaryDirectory(prefix="simulation_") as folder:
            plan = _plan(options, Path(folder))
            try:
                runs = run_all(plan, self._show)
            except DatabaseError as error:
                raise CommandError(" ".join(str(error).split())) from None
        self.stderr.write("")
        self._print(runs, options)

    def _print(self, runs: list[RunCount], options: dict[str, Any]) -> None:
        if options["svg"]:
            options["svg"].write_text(draw_sends(runs), encoding="utf-8")
        if options["json"]:
            self.stdout.write(json.dumps(as_json(runs), indent=1))
        else:
            print_table(runs, self.stdout.write)

    def _show(self, done: float) -> None:
        full, shown = int(_BAR * done), int(100 * done)  # 100 % only when it is over
        if self._shown == shown:
            return
        self._shown = shown
        took = f"{monotonic() - self._began:.0f} s"
        bar = f"[{'#' * full}{'.' * (_BAR - full)}]"
        self.stderr.write(f"\r{bar} {shown:3} % {took}", ending="")
        self.stderr.flush()


def _plan(options: dict[str, Any], folder: Path) -> Plan:
    for name in ("seeds", "jobs", "days", "hours", "people_per_day"):
        if not options[name] > 0:
            raise CommandError(f"--{name.replace('_', '-')} must be more than 0")
    try:
        named = [attack_named(name, hours=options["hours"]).name for name in options["attack"]]
    except ValueError as error:
        raise CommandError(str(error)) from None
    if options["database"] and options["database"] not in connections.settings:
        raise CommandError(f'there is no database "{options["database"]}"')
    return Plan(
        seeds=tuple(range(options["seed"], options["seed"] + options["seeds"])),
        attacks=tuple(named) or _names(),
        people_a_day=options["people_per_day"],
        days=options["days"],
        hours=options["hours"],
        folder=folder,
        database=options["database"],
        jobs=options["jobs"],
    )


def _names() -> tuple[str, ...]:
    return tuple(attack.name for attack in attacks())
