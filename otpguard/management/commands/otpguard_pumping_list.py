"""Import and export the lists of blocked and allowed prefixes."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from otpguard.core.event_source import EventSource
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed, StoreUnavailable
from otpguard.flows.pumping.prefix_rules import export_prefix_rules, import_prefix_rules


class Command(BaseCommand):
    """`manage.py otpguard_pumping_list import FILE`, and the same with `export`."""

    help = (
        "Import or export the prefixes of phone numbers that are blocked or allowed, as CSV with"
        " the columns `prefix`, `action` (block or allow), `until` and `source`. An import adds"
        " rules and changes those that are there; with one mistake in the file nothing is written."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("what", choices=["import", "export"], help="which way")
        parser.add_argument("file", help="the file in UTF-8")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what an import would do, write nothing"
        )

    def handle(self, *_args: str, what: str, file: str, dry_run: bool, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Mistakes go to the standard error, one a line, and end it with one line."""
        try:
            if what == "export":
                self._export(file)
            else:
                self._import(file, dry_run=dry_run)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise CommandError(f"{file}: The file is not UTF-8 text.") from None
        except (DatabaseError, NotAllowed, StoreUnavailable) as error:
            raise CommandError(" ".join(str(error).split())) from None

    def _import(self, file: str, *, dry_run: bool) -> None:
        facts = RequestFacts(now=timezone.now(), source=EventSource.COMMAND)
        with Path(file).open(encoding="utf-8-sig", newline="") as lines:
            done = import_prefix_rules(facts=facts, lines=lines, dry_run=dry_run)
        for each in done.mistakes:
            self.stderr.write(f"Line {each.line}: {each.mistake}")
        if done.mistakes:
            raise CommandError(f"Nothing was imported. Mistakes: {len(done.mistakes)}.")
        said = "Nothing was written. Rules" if dry_run else "Done. Rules"
        counts = f"{done.added} added, {done.changed} changed, {done.unchanged} unchanged"
        self.stdout.write(self.style.SUCCESS(f"{said}: {counts}."))

    def _export(self, file: str) -> None:
        count = -1  # the line with the names of the columns
        with Path(file).open("w", encoding="utf-8", newline="") as written:
            for line in export_prefix_rules(now=timezone.now()):
                written.write(line)
                count += 1
        self.stdout.write(self.style.SUCCESS(f"Done. Rules: {count}."))
