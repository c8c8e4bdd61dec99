"""Say who could not get into an organization that takes its own sign-in only."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from otpguard.account import find_user, name_of
from otpguard.core.facts import RequestFacts
from otpguard.flows.federation.sign_in_rule import linked_by_domain, members_locked_out
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
        facts = RequestFacts(now=timezone.now())
        found = members_locked_out(facts=facts, tenant=row)
        known = frozenset(linked_by_domain(facts=facts, tenant=row, users=found))
        for user in found:
            later = "  (their first sign-in links itself)" if user in known else ""
            self.stdout.write(f"{user}  {name_of(find_user(user))}{later}")
        self.stdout.write(
            f"{len(found)} members have linked no sign-in."
            f" {len(known)} of them are linked by their first one, by their e-mail domain."
        )
