"""Write the numbers of the site for monitoring."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from otpguard.core.metric import metrics_text
from otpguard.flows.measure import measure_site

READABLE = 0o644


class Command(BaseCommand):
    """`manage.py otpguard_metrics --file /var/lib/node_exporter/otpguard.prom`."""

    help = (
        "Prints numbers of the whole site in the text format of Prometheus: how far sealing, event"
        " streams and messages are behind, and what the last check of the log found."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument(
            "--file", type=Path, default=None, help="a file that is replaced at once as a whole"
        )

    def handle(self, *_args: str, file: Path | None, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Print, or replace the file. Raises CommandError, and an old file stays as it was."""
        try:
            text = metrics_text(measure_site(now=timezone.now()))
            if file is None:
                self.stdout.write(text, ending="")
            else:
                _replace(file, text)
        except (DatabaseError, ImproperlyConfigured, OSError) as error:
            raise CommandError(" ".join(str(error).split())) from None


def _replace(file: Path, text: str) -> None:
    """A collector that reads meanwhile sees the old one or the new one. Raises OSError."""
    with NamedTemporaryFile("w", dir=file.parent, prefix=".otpguard-", delete=False) as made:
        made.write(text)
    new = Path(made.name)
    try:
        new.chmod(READABLE)
        new.replace(file)
    except OSError:
        new.unlink()
        raise
