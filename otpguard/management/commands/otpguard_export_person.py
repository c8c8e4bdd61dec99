"""Write what is stored about a person into a file, for that person."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from otpguard.core.event_source import EventSource
from otpguard.core.facts import RequestFacts
from otpguard.flows.privacy.export_page import page_of
from otpguard.flows.privacy.export_subject import export_subject

OWNER_ONLY = 0o600


class Command(BaseCommand):
    """`manage.py otpguard_export_person 17 kim.html --reason "ticket 4711"`; or `kim.json`."""

    help = (
        "Writes what otpguard has of a person, who may be deleted already: their rows and their"
        " part of the audit log, as HTML or JSON by the name of the file. Codes, secrets and what"
        " is of other people are left out. Give it to that person alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("user", help="the primary key of the user")
        parser.add_argument("file", type=Path, help="a .html or .json that is not there yet")
        parser.add_argument("--reason", required=True, help="kept in the audit log")

    def handle(self, *_args: str, user: str, file: Path, reason: str, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Write the file, which only its owner can read. Never writes over one."""
        if file.suffix not in {".html", ".json"}:
            raise CommandError("the name of the file must end with .html or .json")
        facts = RequestFacts(now=timezone.now(), source=EventSource.COMMAND)
        try:
            number = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
        except FileExistsError:
            raise CommandError(f"{file} is there already") from None
        except OSError as error:
            raise CommandError(str(error)) from None
        try:
            with os.fdopen(number, "w", encoding="utf-8", errors="replace") as to:
                found = export_subject(facts=facts, user_id=user, reason=reason)
                if file.suffix == ".html":
                    to.write(page_of(found))
                else:
                    json.dump(found.as_json(), to, ensure_ascii=False, indent=2)
        except (DatabaseError, ImproperlyConfigured, OSError) as error:
            file.unlink(missing_ok=True)
            raise CommandError(" ".join(str(error).split())) from None
        count = sum(len(rows) for rows in found.kinds.values())
        said = f"Written: {count} rows and {len(found.events)} events."
        self.stdout.write(self.style.SUCCESS(said))
