"""Print what each proof passes, by profile and level, as Markdown for an auditor."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from otpguard.conf import factor_kinds, settings
from otpguard.conf.kinds import worths_of
from otpguard.core.assurance_table import render_table


class Command(BaseCommand):
    """`manage.py otpguard_assurance > assurance.md`."""

    help = "Prints, for each proof, profile and level, whether it passes."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Print the table, with the site's own kinds of factor."""
        worths = worths_of(settings().factor_kinds)
        self.stdout.write(render_table(factor_kinds(), worths), ending="")
