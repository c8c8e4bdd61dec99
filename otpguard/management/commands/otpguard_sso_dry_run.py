"""Say who could not get into an organization that takes its own sign-in only."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from otpguard.account import find_user, name_of
from otpguard.core.facts import RequestFacts
from otpguard.flows.federation.sign_in_rule import members_locked_out
from otpguard.models import Tenant


class Command(BaseCommand):
    """A line for each of them; it changes nothing."""

    help = (
        "List the active members who have linked no sign-in at an identity provider of the"
        " organization: with sso_required they must link one before they get in."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("tenant", help="the short name of the organization")

    def handle(self, *_args: str, tenant: str, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """The names, then how many."""
        row = Tenant.objects.filter(slug=tenant).first()
        if row is None:
            raise CommandError(f"There is no organization {tenant}.")
        found = members_locked_out(facts=RequestFacts(now=timezone.now()), tenant=row)
        for user in found:
            self.stdout.write(f"{user}  {name_of(find_user(user))}")
        self.stdout.write(f"{len(found)} members have linked no sign-in.")
