"""Delete events of the audit log whose term is over, or say which."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from otpguard.audit.logs import find_log
from otpguard.core.event_source import EventSource
from otpguard.core.facts import RequestFacts
from otpguard.flows.privacy.retention import (
    NotWholeError,
    PurgePlan,
    logs_after,
    plan_purge,
    purge_log,
)


class Command(BaseCommand):
    """`manage.py otpguard_retention`, and with `--delete` for good."""

    help = (
        "Says for each log which events are older than its term: six years, or fewer by a tag"
        " audit-1y or audit-2y of the organization. With --delete it deletes them, as workers do"
        " each night; the proofs of all others stay valid. A legal hold keeps what it covers and"
        " all that is newer in that log."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("--delete", action="store_true", help="delete, instead of counting")
        parser.add_argument("--tenant", help='slug or id of one tenant, or "site"')

    def handle(self, *_args: str, delete: bool, tenant: str | None, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """One line for each log. Ends with an error when one of them is damaged."""
        now, total, damaged = timezone.now(), 0, 0
        try:
            for log in [find_log(tenant)] if tenant else logs_after():
                plan = plan_purge(log=log, now=now)
                self.stdout.write(_line(plan))
                try:
                    total += _deleted(log, now) if delete else plan.due
                except NotWholeError as wrong:
                    damaged += 1
                    self.stdout.write(self.style.ERROR(str(wrong)))
        except (DatabaseError, ImproperlyConfigured, LookupError) as error:
            raise CommandError(" ".join(str(error).split())) from None
        said = f"{'Deleted' if delete else 'Would delete'} {total} events."
        if damaged:
            raise CommandError(f"{said} Damaged logs, which were left: {damaged}.")
        self.stdout.write(self.style.SUCCESS(said))


def _deleted(log: UUID, now: datetime) -> int:
    facts, total = RequestFacts(now=now, source=EventSource.COMMAND), 0
    while done := purge_log(facts=facts, log=log).due:
        total += done
    return total


def _line(plan: PurgePlan) -> str:
    held = "; a legal hold keeps more" if plan.held else ""
    term = f"{plan.years} year{'' if plan.years == 1 else 's'}"
    return f"{plan.origin}: {plan.due} events before {plan.before:%Y-%m-%d} ({term}){held}"
