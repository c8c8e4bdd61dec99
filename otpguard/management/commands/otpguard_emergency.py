"""See a tenant's emergency envelope, and end what is open."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.flows.emergency.close import end_access
from otpguard.grants import emergency
from otpguard.models import EmergencyAccess, Envelope, EnvelopeCode, Tenant
from otpguard.store_errors import STORE_ERRORS


class Command(BaseCommand):
    """`manage.py otpguard_emergency acme --end`."""

    help = (
        "Shows whether an organization has an emergency envelope, how many of its codes are unused"
        " and what is open; --end ends that at once. It never makes or opens an envelope: two"
        " people who are logged in do that, so that no shell stands for both of them."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("tenant", help="the slug of an organization")
        parser.add_argument("--end", action="store_true", help="end what is open, now")

    def handle(self, *_args: str, tenant: str, end: bool, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Say it, and end it; a mistake ends with one line."""
        now = timezone.now()
        try:
            found = Tenant.objects.filter(slug=tenant).first()
            if found is None:
                raise CommandError("There is no organization with this slug.")
            self._say_envelope(found)
            running = emergency.running(str(found.pk), now=now)
            for access in running:
                self._say_access(access)
                if end and end_access(facts=RequestFacts(now=now), access=access):
                    self.stdout.write(self.style.SUCCESS("Ended. Its administrators are told."))
        except STORE_ERRORS as error:
            raise CommandError(" ".join(str(error).split())) from None
        if not running:
            self.stdout.write("Nothing is open.")

    def _say_envelope(self, tenant: Tenant) -> None:
        envelope = Envelope.objects.filter(tenant=tenant, ended_at=None).first()
        if envelope is None:
            self.stdout.write("There is no envelope.")
            return
        left = EnvelopeCode.objects.filter(envelope=envelope, used_at=None).count()
        opens = ", ".join(envelope.checkpoints)
        self.stdout.write(
            f"Envelope of {envelope.created_at:%Y-%m-%d}, unused codes: {left}, opens: {opens}"
        )

    def _say_access(self, access: EmergencyAccess) -> None:
        word = "Drill" if access.drill else "Emergency access"
        until = timezone.localtime(access.until)
        self.stdout.write(
            f"{word} until {until:%Y-%m-%d %H:%M %Z} for {len(access.people)} people:"
            f" {', '.join(access.checkpoints)}"
        )
