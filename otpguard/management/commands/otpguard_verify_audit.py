"""Check the audit log against its seals."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware

from otpguard.audit.logs import find_log
from otpguard.audit.publishers.base import PublishError
from otpguard.conf import settings
from otpguard.core.sealing.damage import Damaged
from otpguard.exceptions import InvalidInput
from otpguard.flows.audit.verify import (
    VerifyStep,
    logs_to_verify,
    verify_against,
    verify_heads,
    verify_log,
)
from otpguard.flows.audit.verify_tiles import NoHeadError, verify_tiles


class Command(BaseCommand):
    """`manage.py otpguard_verify_audit`; ends with status 1 when something is damaged."""

    help = (
        "Checks that every event of the audit log is there once, as it was recorded, and that all"
        " heads are signed. Status 1 means that something is damaged. A database that was put back"
        " as a whole is found with --against alone."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("--tenant", help='slug or id of one tenant, or "site"')
        parser.add_argument("--since", help="check what was sealed from then on (ISO 8601)")
        parser.add_argument(
            "--against",
            action="append",
            default=[],
            metavar="FILE",
            help="a signed head that was kept elsewhere; may be given more than once",
        )
        parser.add_argument(
            "--tiles",
            action="store_true",
            help="check against tiles and heads in the storage of AUDIT_PUBLISH; needs --tenant",
        )
        parser.add_argument("--json", action="store_true", help="one JSON object for machines")

    def handle(self, *_args: str, **options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Check and say. Raises CommandError."""
        since = _moment(options["since"])
        notes = [_read(path) for path in options["against"]]
        if options["tiles"]:
            self._check_tiles(options["tenant"])
            return
        try:
            logs = [find_log(options["tenant"])] if options["tenant"] else None
            found = list(self._checked(logs, since, quiet=options["json"]))
            against = [wrong for note in notes if (wrong := verify_against(note)) is not None]
        except (DatabaseError, ImproperlyConfigured, InvalidInput, LookupError) as error:
            raise CommandError(" ".join(str(error).split()), returncode=2) from None
        damages = [*(each for run in found for each in run.damages), *against]
        if options["json"]:
            self.stdout.write(json.dumps(_document(found, damages), indent=2))
        else:
            self._say(found, damages)
        if damages:
            raise CommandError(f"damaged: {len(damages)}", returncode=1)

    def _checked(
        self, logs: list[UUID] | None, since: datetime | None, *, quiet: bool
    ) -> Iterator[VerifyStep]:
        for log in logs_to_verify() if logs is None else logs:
            for step in verify_log(log, since=since):
                if step.finished:
                    yield step
                elif not quiet:
                    self.stdout.write(f"{step.log}: {step.events} events …")
                    self.stdout.flush()
        if logs is None:
            yield verify_heads()

    def _check_tiles(self, tenant: str | None) -> None:
        alias = settings().audit_publish.tiles
        if not tenant or not alias:
            said = "--tiles needs --tenant, and TILES in AUDIT_PUBLISH"
            raise CommandError(said, returncode=2)
        try:
            found = verify_tiles(find_log(tenant), alias=alias)
        except (DatabaseError, LookupError, NoHeadError, PublishError) as error:
            raise CommandError(" ".join(str(error).split()), returncode=2) from None
        for each in found.damages:
            self.stdout.write(self.style.ERROR(str(each)))
        said = f"{found.events} events and {found.heads} heads in the storage."
        if found.damages:
            raise CommandError(f"damaged: {len(found.damages)}", returncode=1)
        self.stdout.write(self.style.SUCCESS(f"All holds: {said}"))

    def _say(self, found: list[VerifyStep], damages: list[Damaged]) -> None:
        for each in damages:
            self.stdout.write(self.style.ERROR(str(each)))
        events = sum(each.events for each in found)
        waiting = sum(each.waiting for each in found)
        unchecked = sum(each.unchecked for each in found)
        said = f"{events} events in {len(found)} logs; {waiting} of them wait for their seal."
        self.stdout.write(said if damages else self.style.SUCCESS(f"All holds: {said}"))
        for step in found:
            if step.purged:
                self.stdout.write(f"Note: {step.log}: {step.purged.said()}.")
        if unchecked:
            self.stdout.write(f"Note: the MAC of {unchecked} events needs a root key that is gone.")


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = parse_datetime(text) or datetime.fromisoformat(text)
    except ValueError:
        raise CommandError("--since must be like 2026-01-31T12:00", returncode=2) from None
    return make_aware(found) if is_naive(found) else found


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise CommandError(f"{path} cannot be read", returncode=2) from None


def _document(found: list[VerifyStep], damages: list[Damaged]) -> dict[str, Any]:
    return {
        "holds": not damages,
        "events": sum(each.events for each in found),
        "waiting": sum(each.waiting for each in found),
        "unchecked": sum(each.unchecked for each in found),
        "purged": [
            {
                "log": each.log,
                "below": each.purged.below,
                "before": each.purged.before.isoformat(),
                "years": each.purged.years,
            }
            for each in found
            if each.purged
        ],
        "damages": [
            {
                "damage": each.damage.value,
                "log": each.log,
                "index": each.index,
                "event": each.event,
                "detail": each.detail,
            }
            for each in damages
        ],
    }
