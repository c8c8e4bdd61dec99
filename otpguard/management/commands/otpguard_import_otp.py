"""Take over the TOTP and static devices of django-otp's own plugins."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.flows.factor.import_otp import STATIC, TOTP, Imported, import_static, import_totp

NAMED = 5


class Command(BaseCommand):
    """Import what is confirmed; what was imported before is left alone."""

    help = (
        "Take over confirmed TOTP and static devices of django-otp, with keys encrypted and static"
        " tokens hashed (slowly: some seconds a person). Run it as often as you like: it adds only"
        " what is new. django-otp's own rows stay, with keys in clear: take its plugins out and"
        " delete them when nothing verifies by them any more."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("--dry-run", action="store_true", help="count only, write nothing")

    def handle(self, *_args: str, dry_run: bool, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Run both kinds; what cannot be taken over ends it with one line."""
        facts = RequestFacts(now=timezone.now())
        mistakes: list[str] = []
        try:
            for kind, run in ((TOTP, import_totp), (STATIC, import_static)):
                result = run(facts=facts, dry_run=dry_run)
                self.stdout.write(_line(kind, result, dry_run=dry_run))
                mistakes += result.mistakes if result else ()
        except (DatabaseError, ImproperlyConfigured) as error:
            raise CommandError(" ".join(str(error).split())) from None
        if mistakes:
            more = f" and {len(mistakes) - NAMED} more" if len(mistakes) > NAMED else ""
            raise CommandError(f"Not imported: {'; '.join(mistakes[:NAMED])}{more}")


def _line(kind: str, result: Imported | None, *, dry_run: bool) -> str:
    if result is None:
        return f"{kind}: not installed"
    verb = "to add" if dry_run else "added"
    failed = f", {len(result.mistakes)} not possible" if result.mistakes else ""
    return f"{kind}: {result.added} {verb}, {result.known} known already{failed}"
