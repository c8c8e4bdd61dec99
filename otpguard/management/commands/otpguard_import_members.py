"""Take over the members of organizations that were customers before otpguard came."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from otpguard.core.event_source import EventSource
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput, NotAllowed, StoreUnavailable
from otpguard.flows.tenant.import_file import (
    BATCH,
    Effect,
    ImportedLine,
    check_members,
    import_lines,
)

REASON = "otpguard_import_members"


class Command(BaseCommand):
    """Check the whole file, then import it; an import that broke off is run again."""

    help = (
        "Make the people of a CSV file members, with the columns `organization` (slug or external"
        " id), `email` and `roles` (separated by spaces). The whole file is checked first: with one"
        " mistake in it nothing is imported. What is there already stays, so run it again if it"
        " broke off. Each member is one event, membership.imported; all of one import"
        " have the same run."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("file", help="the file in UTF-8")
        parser.add_argument(
            "--dry-run", action="store_true", help="say what each line would do, write nothing"
        )
        parser.add_argument(
            "--not-held",
            action="store_true",
            help="the admins in the file were admins before, so no waiting period begins for them;"
            " only for new organizations, in which nothing has happened yet",
        )

    def handle(self, *_args: str, file: str, dry_run: bool, **options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Mistakes go to the standard error, one a line, and end it."""
        facts = RequestFacts(now=timezone.now(), source=EventSource.COMMAND)
        given: dict[str, Any] = {"facts": facts, "held": not options["not_held"]}
        try:
            with _opened(file) as lines:
                checked = check_members(lines=lines, **given)
                mistakes, total = self._report(checked, "checked", said=dry_run)
            if mistakes:
                raise CommandError(f"Nothing was imported. Mistakes: {mistakes}.")
            if dry_run:
                self.stdout.write(f"Nothing was written. Lines: {total}.")
                return
            with _opened(file) as lines:
                done = import_lines(lines=lines, reason=REASON, **given)
                mistakes, total = self._report(done, "imported", said=True)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        except UnicodeDecodeError:
            raise CommandError(f"{file}: The file is not UTF-8 text.") from None
        except (InvalidInput, NotAllowed, StoreUnavailable) as refused:
            raise CommandError(f"Stopped. Run it again when this is mended: {refused}") from None
        if mistakes:
            raise CommandError(f"Something changed meanwhile. Not imported: {mistakes}.")
        self.stdout.write(self.style.SUCCESS(f"Done. Lines: {total}."))

    def _report(self, results: Iterator[ImportedLine], verb: str, *, said: bool) -> tuple[int, int]:
        """Say what each line does if `said`, and what is wrong in any case; how many of both."""
        mistakes = count = 0
        for count, each in enumerate(results, start=1):
            if each.effect is Effect.WRONG:
                mistakes += 1
                self.stderr.write(f"Line {each.line.line}: {each.mistake or each.line.mistake}")
            elif said:
                self.stdout.write(_line(each))
            if count % (BATCH * 10) == 0:
                self.stderr.write(f"{count:,} lines {verb}")
        return mistakes, count


def _line(result: ImportedLine) -> str:
    line = result.line
    roles = ", ".join(line.roles) or "no roles"
    where = f"{line.tenant}, {line.email}"
    return f"Line {line.line}: {where}: {result.effect.value} ({roles})"


def _opened(file: str) -> TextIO:
    return Path(file).open(encoding="utf-8-sig", newline="")
