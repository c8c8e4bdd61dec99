"""Move encrypted columns to the newest root key and the blind index to the newest index key."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from otpguard import vault
from otpguard.conf import settings
from otpguard.flows import rekey


class Command(BaseCommand):
    """Rewrite what is under older keys. Can be stopped at any time and started again."""

    help = (
        "Re-encrypt every encrypted column under the newest root key and rebuild the phone index. "
        "Stop it at any time and start it again: it rewrites only what is left."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument(
            "--batch",
            type=int,
            default=rekey.BATCH,
            help="rows a transaction (default: %(default)s)",
        )

    def handle(self, *_args: str, batch: int, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Run all tables; a mistake ends it with one line."""
        if batch < 1:
            raise CommandError("--batch must be at least 1")
        read = rewritten = 0
        try:
            for progress in rekey.rekey(batch=batch):
                self._say(progress)
                if progress.finished:
                    read += progress.read
                    rewritten += progress.rewritten
            rekey.record_rekey(rows=rewritten, now=timezone.now())
            older = rekey.events_under_older_keys()
        except vault.UndecryptableError as error:
            raise CommandError(
                f"{error}. Put the key it was made with back at the end of ROOT_KEYS and run again."
            ) from None
        except (DatabaseError, ImproperlyConfigured) as error:
            raise CommandError(" ".join(str(error).split())) from None
        self.stdout.write(self.style.SUCCESS(f"Done: {read} rows read, {rewritten} rewritten."))
        self._notes(older)

    def _say(self, progress: rekey.Progress) -> None:
        state = "done" if progress.finished else "…"
        self.stdout.write(
            f"{progress.table}: {progress.read} read, {progress.rewritten} rewritten {state}"
        )
        self.stdout.flush()

    def _notes(self, older: int) -> None:
        if older:
            self.stdout.write(
                f"Note: {older} audit events are under older root keys and stay so. Keep those keys"
                " while you want to read and verify these events."
            )
        if len(vault.key_ids()) > 1 and not settings().index_keys:
            self.stdout.write(
                "Note: INDEX_KEYS is not set, so phone numbers are indexed under the oldest root"
                " key. Before you drop it, set INDEX_KEYS to [newest, oldest] and run this again."
            )
