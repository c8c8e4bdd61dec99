"""Seal the audit events that are there; workers do it every few seconds."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from otpguard.audit.publishers.base import NewerHeadError
from otpguard.audit.seal_check import keys_of
from otpguard.flows.audit.lag import sealing_lag
from otpguard.flows.audit.restore import (
    UnreachableError,
    continue_after_restore,
    look_at_places,
)
from otpguard.flows.audit.seal import MOST, seal_events
from otpguard.models import ALL_HEADS

PUT_BACK = "This database was put back: run `manage.py otpguard_seal --after-restore`."


class Command(BaseCommand):
    """`manage.py otpguard_seal`. Can be stopped at any time and started again."""

    help = (
        "Puts the audit events that are in no seal yet into the signed trees of their tenants, in"
        " passes of some thousand events."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument(
            "--batch", type=int, default=MOST, help="events a pass (default: %(default)s)"
        )
        parser.add_argument(
            "--keys", action="store_true", help="print the public keys of the log of all heads"
        )
        parser.add_argument(
            "--after-restore",
            action="store_true",
            help="compare the database with published heads; if it is older, go on under new names"
            " of the logs and end with status 3",
        )

    def handle(self, *_args: str, **options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Run passes until nothing is left. Raises CommandError."""
        if options["batch"] < 1:
            raise CommandError("--batch must be at least 1")
        if options["keys"]:
            self.stdout.write("\n".join(key.text() for key in keys_of(ALL_HEADS)))
        else:
            self._run(options["batch"], after_restore=options["after_restore"])

    def _run(self, batch: int, *, after_restore: bool) -> None:
        restored = None
        try:
            if after_restore:
                restored = continue_after_restore(now=timezone.now())
            else:
                self._ask_places()
            sealed = self._seal(batch)
            lag = sealing_lag(now=timezone.now())
        except NewerHeadError as newer:
            raise CommandError(f"{newer}. {PUT_BACK}", returncode=2) from None
        except UnreachableError as away:
            raise CommandError(str(away), returncode=2) from None
        except (DatabaseError, ImproperlyConfigured, LookupError, ValueError) as error:
            raise CommandError(" ".join(str(error).split())) from None
        self.stdout.write(self.style.SUCCESS(f"Done: {sealed} events sealed."))
        if lag.blockers:
            self.stdout.write(
                "Note: later events wait for transactions that write: " + ", ".join(lag.blockers)
            )
        if restored is not None:
            lost = restored.lost.size - restored.heads
            raise CommandError(
                f"The database was put back: {restored.heads} of {restored.lost.size} published"
                f" heads are here, {max(lost, 0)} are lost. Sealing goes on in generation"
                f" {restored.generation}; tell it to your witnesses and auditors.",
                returncode=3,
            )
        if after_restore:
            self.stdout.write("No published head is newer than this database.")

    def _ask_places(self) -> None:
        for name, why in look_at_places().items():
            self.stdout.write(f"Note: {name} cannot be asked for its newest head: {why}")

    def _seal(self, batch: int) -> int:
        sealed = 0
        while True:
            run = seal_events(now=timezone.now(), most=batch)
            sealed += run.events
            if run.stands_by:
                raise CommandError("Another process is sealing, or `migrate` was never run.")
            if run.is_behind:
                raise CommandError(f"Nothing is sealed. {PUT_BACK}", returncode=2)
            if not run.has_more:
                return sealed
            self.stdout.write(f"{sealed} events …")
            self.stdout.flush()
