"""Print the shipped checkpoints and the fields of a policy, as Markdown."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from otpguard.core.policy_table import render_policies


class Command(BaseCommand):
    """`manage.py otpguard_policies > policies.md`."""

    help = "Prints the shipped checkpoints with their policies, and every policy field."
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Print the page."""
        self.stdout.write(render_policies(), ending="")
