"""Give hardware tokens to the members of a tenant, from a file."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from otpguard.core.event_source import EventSource
from otpguard.core.facts import RequestFacts
from otpguard.core.token_file import MOST_BYTES
from otpguard.exceptions import InvalidInput, NotAllowed
from otpguard.flows.factor.import_tokens import BadTokenFile, import_tokens
from otpguard.forms.tokens import describe_mistake
from otpguard.models import Tenant


class Command(BaseCommand):
    """Import all tokens of a file, or none when a line has a mistake."""

    help = (
        "Give the hardware tokens of a file to members of a tenant: PSKC (RFC 6030), the CSV that"
        " Microsoft Entra ID takes, or CSV with the columns serial, secret (base32 or hex), and"
        " user or email; digits, period and algorithm if they are not 6, 30 and SHA1. With one"
        " mistake in it nothing is imported."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("tenant", help="the tenant's slug")
        parser.add_argument("file", help='the file in UTF-8, or "-" for the standard input')
        parser.add_argument(
            "--key-file", help="a file with the key or the passphrase of an encrypted PSKC file"
        )
        parser.add_argument(
            "--owners", help="a CSV file with the columns serial, and user or email: who gets which"
        )

    def handle(self, *_args: str, tenant: str, file: str, **options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Import; mistakes go to the standard error, one a line, and end it."""
        found = Tenant.objects.filter(slug=tenant).first()
        if found is None:
            raise CommandError(f'There is no tenant "{tenant}".')
        given = {
            "text": _text_of(file),
            "key": _text_of(options["key_file"]).rstrip("\r\n") if options["key_file"] else "",
            "owners": _text_of(options["owners"]) if options["owners"] else "",
        }
        facts = RequestFacts(now=timezone.now(), source=EventSource.COMMAND)
        try:
            made = import_tokens(facts=facts, tenant=found, **given)
        except BadTokenFile as bad:
            for mistake in bad.mistakes:
                self.stderr.write(describe_mistake(mistake))
            raise CommandError(f"Nothing was imported. Mistakes: {len(bad.mistakes)}.") from None
        except (InvalidInput, NotAllowed) as refused:
            raise CommandError(f"Nothing was imported. {refused.message}") from None
        self.stdout.write(self.style.SUCCESS(f"Done: {len(made)} tokens imported."))


def _text_of(file: str) -> str:
    try:
        if file == "-":
            content = sys.stdin.buffer.read(MOST_BYTES + 1)
        else:
            with Path(file).open("rb") as opened:
                content = opened.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            raise CommandError(f"{file}: The file is larger than 8 MiB.")
        return content.decode()
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{file}: The file is not UTF-8 text.") from None
