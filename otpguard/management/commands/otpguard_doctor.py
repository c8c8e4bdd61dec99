"""Say what keeps codes from arriving, or soon will: one line a finding."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections import Counter
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from otpguard.core.advice import Finding, Level
from otpguard.flows.doctor import PING_SECONDS, examine_project


class Command(BaseCommand):
    """`manage.py otpguard_doctor`; ends with status 1 when there is an error."""

    help = (
        "Looks at providers, routes, broker, workers, clocks, timers, notices, keys, passkeys and"
        " 10DLC registrations, and says what to do. Status 1 means that something is broken."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("--json", action="store_true", help="a JSON list for machines")
        parser.add_argument(
            "--volume",
            type=int,
            default=None,
            help="text messages to US numbers a month to plan for (default: those of 30 days)",
        )
        parser.add_argument(
            "--seconds",
            type=float,
            default=PING_SECONDS,
            help="how long to wait for workers (default: %(default)s)",
        )

    def handle(self, *_args: str, volume: int | None, seconds: float, **options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Print the findings. Raises CommandError when one is an error."""
        if (volume is not None and volume < 0) or seconds <= 0:
            raise CommandError("--volume must be at least 0 and --seconds above 0")
        try:
            findings = examine_project(clock=timezone.now, ping_seconds=seconds, volume=volume)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from None
        if options["json"]:
            shown = [
                {"level": str(each.level), "topic": each.topic, "text": each.text}
                for each in findings
            ]
            self.stdout.write(json.dumps(shown, indent=2))
        else:
            for each in findings:
                self.stdout.write(self._line(each))
        levels = Counter(each.level for each in findings)
        if levels[Level.ERROR]:
            raise CommandError(f"errors: {levels[Level.ERROR]}", returncode=1)

    def _line(self, each: Finding) -> str:
        style = {
            Level.OK: self.style.SUCCESS,
            Level.HINT: self.style.NOTICE,
            Level.WARNING: self.style.WARNING,
            Level.ERROR: self.style.ERROR,
        }[each.level]
        return f"{style(f'{each.level:<8}')}{each.topic}: {each.text}"
