"""Make the one organization of TENANCY = "single" the first of many."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.utils import timezone

from otpguard.core.event_source import EventSource
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput
from otpguard.flows.tenant.single import adopt_single
from otpguard.models import Tenant


class Command(BaseCommand):
    """Name it; its members, factors, events and proofs stay as they are."""

    help = (
        'Give the one organization (TENANCY = "single") a name of its own, before you take TENANCY'
        " out of the settings and add others. It keeps its members, and everything that they have."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("slug", help="the short name that the organization gets")
        parser.add_argument("name", help="the name that people read")
        parser.add_argument("--external-id", default="", help="the key of your own record of it")

    def handle(self, *_args: str, slug: str, name: str, external_id: str, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """One line, also when it cannot be."""
        facts = RequestFacts(now=timezone.now(), source=EventSource.COMMAND)
        try:
            validate_slug(slug)
            adopt_single(facts=facts, slug=slug, name=name, external_id=external_id)
        except ValidationError:
            raise CommandError(f"{slug}: Use letters, digits, - and _.") from None
        except InvalidInput as refused:
            raise CommandError(refused.message) from None
        except Tenant.DoesNotExist:
            raise CommandError("There never was the one organization.") from None
        self.stdout.write(self.style.SUCCESS(f"Done: {name}. Take TENANCY out of OTPGUARD now."))
