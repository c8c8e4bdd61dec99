"""Commands of a host that do what a view would guard.

    class Command(GuardedCommand):
        checkpoint = "data_export"

        def handle(self, *args, **options):
            export_contacts(self.tenant, by=self.person)

    manage.py export_contacts --as alice@acme --organization acme --reason "ticket 17"

A shell knows no person. So the command runs only while emergency access to its checkpoint is open
for this person: two administrators have entered codes of the envelope, and everybody was told.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from otpguard.conf import checkpoint as checkpoint_named
from otpguard.conf import declared
from otpguard.core.event_source import EventSource
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import StepUpRefused
from otpguard.flows.checkpoint.by_command import pass_by_emergency
from otpguard.models import Tenant
from otpguard.store_errors import STORE_ERRORS

OPTIONS = ("acts_as", "acts_in", "acts_why")
LONGEST_REASON = 120


class GuardedCommand(BaseCommand):
    """A command that acts for a person in an organization, and runs by emergency access only.

    `checkpoint` names what guards it. `person` and `tenant` are known in `handle`, which does not
    get the three options. Everything else ends with a CommandError before `handle` is called.
    """

    checkpoint: ClassVar[str] = ""
    person: AbstractBaseUser
    tenant: Tenant

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:  # noqa: ANN401 (Django's signature)
        """See BaseCommand. The three options are there whatever `add_arguments` adds."""
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        named = {"--as": "the login name", "--organization": "the slug", "--reason": "for the log"}
        for (flag, text), dest in zip(named.items(), OPTIONS, strict=True):
            parser.add_argument(flag, dest=dest, required=True, help=text)
        self._called = subcommand
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:  # noqa: ANN401 (Django's signature)
        """See BaseCommand. Raises CommandError, and ImproperlyConfigured without a checkpoint or
        with one that there is not."""
        if not self.checkpoint:
            raise ImproperlyConfigured(f"{type(self).__name__} names no checkpoint")
        named = checkpoint_named(declared(self.checkpoint))
        name, slug, reason = (str(options.pop(dest, "") or "").strip() for dest in OPTIONS)
        if not 0 < len(reason) <= LONGEST_REASON:
            raise CommandError(f"--reason must have 1 to {LONGEST_REASON} characters.")
        try:
            self.person, self.tenant = _person(name), _tenant(slug)
            pass_by_emergency(
                facts=RequestFacts(
                    now=timezone.now(),
                    user=str(self.person.pk),
                    tenant=str(self.tenant.pk),
                    method="POST",
                    view=self._called,
                    source=EventSource.COMMAND,
                ),
                checkpoint=named,
                target=f"{self._called}: {reason}",
            )
        except StepUpRefused as refused:
            raise CommandError(
                f"Refused ({refused.decision.reason}): emergency access to {self.checkpoint} must"
                " be open for this administrator, and no wait may run."
            ) from None
        except STORE_ERRORS as error:
            raise CommandError(" ".join(str(error).split())) from None
        return super().execute(*args, **options)


def _person(name: str) -> AbstractBaseUser:
    people = get_user_model()._default_manager  # noqa: SLF001 (documented)
    found: AbstractBaseUser | None = people.filter(
        **{get_user_model().USERNAME_FIELD: name}
    ).first()
    if found is None:
        raise CommandError("No user has this login name.")
    return found


def _tenant(slug: str) -> Tenant:
    found = Tenant.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError("There is no organization with this slug.")
    return found
