"""Print a month's costs as CSV: a line for each tenant, channel and provider."""

from __future__ import annotations

import csv
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from otpguard.core.money import as_dollars
from otpguard.exceptions import StoreUnavailable
from otpguard.models import Tenant
from otpguard.reports.costs import costs, read_month

COLUMNS = ("month", "tenant", "name", "channel", "provider", "messages", "micros", "dollars")
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins with one of these is run by a spreadsheet."""


class Command(BaseCommand):
    """`manage.py otpguard_costs --month 2026-01 > costs.csv`."""

    help = "Prints what messages cost in a month, by tenant, channel and provider, as CSV."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("--month", default="", help="YYYY-MM (default: this month, UTC)")
        parser.add_argument("--tenant", default="", help="short name of one tenant")

    def handle(self, *_args: str, month: str, tenant: str, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Print the lines; a mistake ends it with one line."""
        try:
            first = read_month(month or f"{timezone.now():%Y-%m}")
            only = Tenant.objects.get(slug=tenant) if tenant else None
            found = costs(month=first, tenant=only)
        except ValueError as error:
            raise CommandError(str(error)) from None
        except Tenant.DoesNotExist:
            raise CommandError(f'there is no tenant "{tenant}"') from None
        except StoreUnavailable as error:
            raise CommandError(str(error)) from None
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        for line in found.lines:
            name = f"'{line.name}" if line.name.startswith(FORMULA) else line.name
            amounts = (line.messages, line.micros, as_dollars(line.micros))
            route = (line.channel, line.provider)
            writer.writerow((f"{first:%Y-%m}", line.tenant, name, *route, *amounts))
