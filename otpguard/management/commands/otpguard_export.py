"""Write the audit log of one tenant into a file: with its proofs for an auditor, or as lines."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from otpguard.audit.logs import find_log
from otpguard.core.audit_export import ExportFormat, LogSelection
from otpguard.core.facts import RequestFacts
from otpguard.core.release.rows import CSV, RowWriter
from otpguard.exceptions import InvalidInput
from otpguard.flows.audit.bundle import write_bundle
from otpguard.flows.audit.export_job import leaves_of, ocsf_of_log, table_of
from otpguard.flows.release.read import record_export
from otpguard.forms.audit.export import from_json
from otpguard.models import SITE_EVENTS

SELECTS = {
    "since": "only from this moment on (ISO 8601)",
    "until": "only before this moment (ISO 8601)",
    "actor": "only what this user did, by id",
    "kind": "only this kind, such as challenge.verified",
    "checkpoint": "only this checkpoint",
    "story": "only this story, by id",
}


class Command(BaseCommand):
    """`manage.py otpguard_export acme acme.zip`; never writes over a file."""

    help = (
        "Writes the sealed events of one tenant into a file. As a bundle, they come with heads,"
        " hashes and public keys in one zip, which `python -m otpguard.verify_export FILE` checks"
        " without this site."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("tenant", help='slug or id of a tenant, or "site"')
        parser.add_argument("file", type=Path, help="a file that is not there yet")
        formats = [each.value for each in ExportFormat]
        parser.add_argument(
            "--format",
            choices=formats,
            default=ExportFormat.BUNDLE.value,
            help="bundle, csv, jsonl (the bytes that were hashed) or ocsf (default: %(default)s)",
        )
        for name, words in SELECTS.items():
            parser.add_argument(f"--{name}", default="", help=words)

    def handle(self, *_args: str, tenant: str, file: Path, **options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Write the file. Raises CommandError, with no file left behind."""
        form = from_json(options)
        if not form.is_valid():
            name, errors = next(iter(form.errors.items()))
            raise CommandError(f"{name}: {errors[0]}")
        try:
            log = find_log(tenant)
            with file.open("xb") as to:
                said = self._write(log, to, form.export, form.selection)
        except FileExistsError:
            raise CommandError(f"{file} is there already") from None
        except (DatabaseError, ImproperlyConfigured, InvalidInput, LookupError, OSError) as error:
            file.unlink(missing_ok=True)
            raise CommandError(" ".join(str(error).split())) from None
        self.stdout.write(self.style.SUCCESS(f"Written: {said}"))
        if not form.selection.is_whole:
            self.stdout.write("This is a part: it does not show that other events are absent.")

    def _write(
        self, log: UUID, to: IO[bytes], export: ExportFormat, selection: LogSelection
    ) -> str:
        if export is ExportFormat.BUNDLE:
            made = write_bundle(log, to, now=timezone.now())
            rows, said = (
                made.events,
                f"{made.events} events of {made.origin}, {made.heads + 1} heads.",
            )
        else:
            rows = _write_rows(log, to, export, selection)
            said = f"{rows} events."
        record_export(
            facts=RequestFacts(now=timezone.now(), tenant="" if log == SITE_EVENTS else str(log)),
            what="audit log",
            rows=rows,
            filters={"format": export.value, **selection.arguments()},
            checkpoint="audit_log_export",
        )
        return said


def _write_rows(log: UUID, to: IO[bytes], export: ExportFormat, selection: LogSelection) -> int:
    source: Iterable[Any]
    match export:
        case ExportFormat.CSV:
            source = table_of(log, selection)
        case ExportFormat.OCSF:
            source = ocsf_of_log(log, selection)
        case _:
            source = leaves_of(log, selection)
    writer = RowWriter(CSV if export is ExportFormat.CSV else "lines")
    for piece in writer.pieces(source):
        to.write(piece)
    return writer.rows
