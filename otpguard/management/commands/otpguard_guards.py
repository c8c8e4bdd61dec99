"""List every URL, API view and admin action of the project with its checkpoint, or none."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError

from otpguard.core.guard_list import (
    Baseline,
    GuardedPlace,
    GuardProblem,
    baseline_of,
    problems_of,
)
from otpguard.http.guarded.baseline import BaselineError, read_baseline, write_baseline
from otpguard.http.guarded.places import guarded_places


class Command(BaseCommand):
    """`manage.py otpguard_guards --baseline guards.json --fail` in CI."""

    help = (
        "Lists every URL, API view and admin action with its checkpoint, or none, and the models of"
        " SENSITIVE_MODELS that it writes, as far as its source tells."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("--json", action="store_true", help="a JSON document for machines")
        parser.add_argument(
            "--fail", action="store_true", help="end with status 1 when something is wrong"
        )
        parser.add_argument("--baseline", type=Path, help="a file with what was accepted before")
        parser.add_argument(
            "--accept", action="store_true", help="write the baseline as it is now, after a review"
        )

    def handle(self, *_args: Any, **options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Print the list. Raises CommandError when something is wrong and `--fail` is given."""
        path: Path | None = options["baseline"]
        if options["accept"] and path is None:
            raise CommandError("--accept needs --baseline FILE")
        try:
            places = guarded_places()
            if options["accept"] and path is not None:
                write_baseline(path, baseline_of(places))
            known: Baseline | None = read_baseline(path) if path is not None else None
        except (ImproperlyConfigured, LookupError, BaselineError) as error:
            raise CommandError(str(error)) from None
        found = problems_of(places, known)
        if options["json"]:
            self.stdout.write(_document(places, found))
        else:
            self._print(places, found)
        if options["fail"] and found:
            raise CommandError(f"places to look at: {len(found)}", returncode=1)

    def _print(self, places: list[GuardedPlace], found: list[GuardProblem]) -> None:
        for place in places:
            guarded = ", ".join(place.checkpoints) or ("-" if place.is_open else str(place.how))
            writes = f"  writes {', '.join(place.writes)}" if place.writes else ""
            style = self.style.WARNING if place.is_open and place.writes else str
            self.stdout.write(style(f"{guarded:<28} {place.kind:<12} /{place.path}{writes}"))
        for each in found:
            self.stdout.write(self.style.ERROR(f"{each.place}: {each.text}"))


def _document(places: list[GuardedPlace], found: list[GuardProblem]) -> str:
    return json.dumps(
        {
            "places": [
                {
                    "kind": str(place.kind),
                    "path": place.path,
                    "name": place.name,
                    "how": str(place.how),
                    "checkpoints": list(place.checkpoints),
                    "writes": list(place.writes),
                    "only_reads": place.only_reads,
                }
                for place in places
            ],
            "problems": [{"place": each.place, "text": each.text} for each in found],
        },
        indent=2,
    )
