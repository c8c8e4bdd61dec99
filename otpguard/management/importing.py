"""What the commands that import from other packages share: options, counts, mistakes."""

from __future__ import annotations

from abc import abstractmethod
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from otpguard.core.event_source import EventSource
from otpguard.core.facts import RequestFacts
from otpguard.flows.factor.import_run import Imported

NAMED = 5


class ImportCommand(BaseCommand):
    """Import what is confirmed; what was imported before is left alone."""

    has_passkeys = True
    """Whether the package has passkeys, so that their relying party can be given."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("--dry-run", action="store_true", help="count only, write nothing")
        if self.has_passkeys:
            parser.add_argument(
                "--rp-id",
                default="",
                metavar="DOMAIN",
                help="the relying party id that its passkeys were made for, such as example.com;"
                " needed where neither its settings nor the passkeys say it",
            )

    @abstractmethod
    def run(
        self, *, facts: RequestFacts, dry_run: bool, **options: str
    ) -> Mapping[str, Imported | None]:
        """The result for each kind; None for what is not installed."""

    def handle(self, *_args: str, dry_run: bool, **options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Run every kind; what cannot be taken over ends it with one line."""
        facts = RequestFacts(now=timezone.now(), source=EventSource.COMMAND)
        given = {"rp_id": options["rp_id"]} if self.has_passkeys else {}
        mistakes: list[str] = []
        try:
            results = self.run(facts=facts, dry_run=dry_run, **given)
        except (DatabaseError, ImproperlyConfigured) as error:
            raise CommandError(" ".join(str(error).split())) from None
        for kind, result in results.items():
            self._show(kind, result, dry_run=dry_run)
            mistakes += map(str, result.mistakes if result else ())
        if mistakes:
            more = f" and {len(mistakes) - NAMED} more" if len(mistakes) > NAMED else ""
            raise CommandError(f"Not imported: {'; '.join(mistakes[:NAMED])}{more}")

    def _show(self, kind: str, result: Imported | None, *, dry_run: bool) -> None:
        if result is None:
            self.stdout.write(f"{kind}: not installed")
            return
        verb = "to add" if dry_run else "added"
        line = f"{kind}: {result.added} {verb}, {result.known} known already"
        if result.unconfirmed:
            line += f", {result.unconfirmed} never confirmed"
        if result.mistakes:
            line += f", {len(result.mistakes)} not possible"
        self.stdout.write(line)
        reasons = Counter(mistake.reason for mistake in result.mistakes)
        for reason, count in reasons.most_common():
            self.stdout.write(f"  {count} not possible: {reason}")
        if result.about:
            self.stdout.write(f"  {result.about}")
