"""Erase a person, or, after a restore, everybody who was erased before."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from otpguard.audit.erasure_journal import JournalError
from otpguard.core.event_source import EventSource
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import NotAllowed
from otpguard.flows.privacy.erase_subject import Erased, erase_again, erase_subject


class Command(BaseCommand):
    """`manage.py otpguard_erase 17 --reason "ticket 4711"`, or `--after-restore`."""

    help = (
        "Deletes what otpguard has of a person, who may be deleted already, and destroys their keys"
        " in the audit log, whose proofs stay valid. Bundles and copies in a SIEM are not reached."
        " --after-restore does it again for everybody whom the journal of erasures names."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("user", nargs="?", default="", help="the primary key of the user")
        parser.add_argument("--reason", default="", help="kept in the audit log")
        parser.add_argument(
            "--after-restore", action="store_true", help="apply ERASURE_JOURNAL to this database"
        )

    def handle(self, *_args: str, **options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Erase; a mistake or a refusal ends it with one line."""
        again, user = options["after_restore"], options["user"]
        if again == bool(user) or (user and not options["reason"]):
            raise CommandError("name a user with --reason, or give --after-restore alone")
        facts = RequestFacts(now=timezone.now(), source=EventSource.COMMAND)
        try:
            done = (
                erase_again(facts=facts)
                if again
                else erase_subject(facts=facts, user_id=user, reason=options["reason"])
            )
        except (NotAllowed, JournalError) as refused:
            raise CommandError(str(refused)) from None
        except (DatabaseError, ImproperlyConfigured) as error:
            raise CommandError(" ".join(str(error).split())) from None
        self.stdout.write(self.style.SUCCESS(_said(done)))


def _said(done: Erased) -> str:
    return (
        f"{done.references} references erased, {done.events} events unlinked. Bundles and copies"
        " elsewhere are not reached."
    )
