"""Print what vendors' answers mean, as Markdown."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from otpguard.channels.vendor_answers.answer_page import render_answers


class Command(BaseCommand):
    """`manage.py otpguard_vendor_answers > vendors.md`."""

    help = (
        "Prints which answer of which vendor leads to which class of error, and how sure that is."
    )
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Print the page."""
        self.stdout.write(render_answers(), ending="")
