"""Write the memberships of everybody who has an account, where TENANCY is "single"."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from otpguard.core.event_source import EventSource
from otpguard.core.facts import RequestFacts
from otpguard.flows.tenant.single import sync_members
from otpguard.models import Tenant
from otpguard.tenants.single import is_single


class Command(BaseCommand):
    """Batch by batch; what is right already is left alone."""

    help = (
        'Make all accounts members of the one organization (TENANCY = "single"), in the roles'
        " that SINGLE_ROLES gives, so that lists and announcements reach people who were not seen"
        " yet. Run it as often as you like."
    )

    def handle(self, *_args: str, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Say how far it is after each batch."""
        if not is_single():
            raise CommandError('OTPGUARD["TENANCY"] is not "single".')
        read = written = 0
        try:
            for some, changed in sync_members(
                facts=RequestFacts(now=timezone.now(), source=EventSource.COMMAND)
            ):
                read, written = read + some, written + changed
                self.stderr.write(f"{read:,} accounts read")
        except Tenant.DoesNotExist:
            raise CommandError("Run `manage.py migrate` first.") from None
        self.stdout.write(self.style.SUCCESS(f"Done. Accounts: {read}, written: {written}."))
