"""Write the program for auditors into one file."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from otpguard.audit.verifier_app import verifier_app


class Command(BaseCommand):
    """`manage.py otpguard_verifier otpguard-verify.pyz`; never writes over a file."""

    help = (
        "Writes the program that checks a proof bundle into one file, which needs Python alone:"
        " `python FILE acme.zip`."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("file", type=Path, help="a file that is not there yet")

    def handle(self, *_args: str, file: Path, **_options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Write the file. Raises CommandError."""
        try:
            with file.open("xb") as to:
                to.write(verifier_app())
        except FileExistsError:
            raise CommandError(f"{file} is there already") from None
        except OSError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(self.style.SUCCESS(f"Written: {file}"))
