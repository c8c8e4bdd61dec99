"""Release one number from what is suspected of its range, for an hour."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from otpguard.conf import settings
from otpguard.core.event_source import EventSource
from otpguard.core.facts import RequestFacts
from otpguard.core.phone import InvalidPhoneError, parse_phone
from otpguard.exceptions import InvalidInput
from otpguard.flows.pumping.release_number import release_number


class Command(BaseCommand):
    """`manage.py otpguard_release_number "+1 201 555 0123" --reason "called in, ticket 17"`."""

    help = (
        "Releases one phone number for an hour: what is suspected of its range does not count"
        " against it. Caps, ceilings of money and a lock-down still do."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("number", help="with its country code, in quotes")
        parser.add_argument("--reason", required=True, help="kept in the audit log")

    def handle(self, *_args: str, number: str, reason: str, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Release it; a mistake ends it with one line."""
        try:
            parsed = parse_phone(number, region=settings().default_region)
            made = release_number(
                facts=RequestFacts(now=timezone.now(), source=EventSource.COMMAND),
                number=parsed,
                reason=reason,
            )
        except InvalidPhoneError as wrong:
            raise CommandError(str(wrong)) from None
        except InvalidInput as wrong:
            raise CommandError(wrong.message) from None
        except (DatabaseError, ImproperlyConfigured) as error:
            raise CommandError(" ".join(str(error).split())) from None
        until = timezone.localtime(made.until)
        self.stdout.write(self.style.SUCCESS(f"{parsed} is released until {until:%H:%M %Z}."))
