"""Delete old operational rows at once; the workers do the same over time."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import fields
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from otpguard.conf import settings
from otpguard.flows.purge.purge import Purge, count_purgeable
from otpguard.flows.purge.terms import BATCH, NOTHING, Counts


class Command(BaseCommand):
    """`manage.py otpguard_purge --dry-run`. Can be stopped at any time and started again."""

    help = (
        "Deletes challenges with their numbers, deliveries, notices, ended login sessions, dead "
        "proofs, uses of limits, pumping decisions, ended exports and billing changes after "
        "PURGE_AFTER_DAYS. Workers do it too; this does it at once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument(
            "--batch", type=int, default=BATCH, help="rows a transaction (default: %(default)s)"
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="count what would be deleted, and delete nothing"
        )

    def handle(self, *_args: str, batch: int, dry_run: bool, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Run all batches; a mistake ends it with one line."""
        if batch < 1:
            raise CommandError("--batch must be at least 1")
        try:
            if dry_run:
                self._say("Would delete", count_purgeable(now=timezone.now()))
            else:
                self._say("Deleted", self._purge(batch))
        except (DatabaseError, ImproperlyConfigured) as error:
            raise CommandError(" ".join(str(error).split())) from None

    def _purge(self, batch: int) -> Counts:
        now, purge, total = timezone.now(), Purge(batch=batch), NOTHING
        while (counts := purge.step(now=now)) is not None:
            total += counts
            if counts != NOTHING:
                self.stdout.write(f"{_words(total)} …")
                self.stdout.flush()
        return total

    def _say(self, what: str, counts: Counts) -> None:
        days = settings().purge_after_days
        self.stdout.write(
            self.style.SUCCESS(f"{what} what is older than {days} days: {_words(counts)}.")
        )


def _words(counts: Counts) -> str:
    return ", ".join(f"{getattr(counts, each.name)} {each.name}" for each in fields(counts))
