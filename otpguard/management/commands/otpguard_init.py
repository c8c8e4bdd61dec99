"""Say which lines this project lacks for otpguard, or add them."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from otpguard.core.project_lines import lines_for
from otpguard.flows.project.look import look_at_project, settings_name
from otpguard.flows.project.place import Placed, place, write


class Command(BaseCommand):
    """`manage.py otpguard_init`; with `--write`, status 1 when something is left to do by hand."""

    help = (
        "Looks at this project and prints the lines that it lacks for otpguard, file by file."
        ' "otpguard" in INSTALLED_APPS is enough to run it. --write adds them at the end of the'
        " files; nothing that is there is changed."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """See BaseCommand."""
        parser.add_argument("--write", action="store_true", help="add the lines to the files")
        parser.add_argument(
            "--celery", action="store_true", help="also what a worker of Celery needs"
        )
        parser.add_argument(
            "--tenants", action="store_true", help="also how the tenant of a request is found"
        )

    def handle(self, *_args: str, celery: bool, tenants: bool, **options: Any) -> None:  # noqa: ANN401 (Django's signature)
        """Print, or write and print. Raises CommandError for lines that could not be written."""
        found = lines_for(
            look_at_project(), settings=settings_name(), celery=celery, tenants=tenants
        )
        placed = place(found.additions)
        if options["write"]:
            placed = write(placed)
        for each in placed:
            self._show(each, is_written=options["write"] and not each.problem)
        self._list("There already", found.present)
        self._list("To know", found.advice)
        left = [each for each in placed if each.problem]
        if options["write"] and left:
            raise CommandError(f"left to add by hand: {', '.join(each.name for each in left)}")
        self._say_next(placed, is_written=options["write"])

    def _show(self, placed: Placed, *, is_written: bool) -> None:
        where = "new" if placed.addition.is_new else "at the end"
        said = f"{placed.name} ({'written' if is_written else where})"
        self.stdout.write(self.style.MIGRATE_HEADING(said))
        if placed.problem:
            self.stdout.write(self.style.WARNING(f"  By hand: {placed.problem}"))
        for line in placed.addition.text.splitlines():
            self.stdout.write(f"    {line}".rstrip())
        self.stdout.write("")

    def _list(self, title: str, lines: Iterable[str]) -> None:
        for line in lines:
            self.stdout.write(f"{title}: {line}")

    def _say_next(self, placed: list[Placed], *, is_written: bool) -> None:
        if not placed:
            self.stdout.write(self.style.SUCCESS("Nothing is missing."))
        elif is_written:
            self.stdout.write(self.style.SUCCESS("Done. Next: manage.py migrate, manage.py check"))
        else:
            self.stdout.write("Nothing was written. Add the lines, or run this with --write.")
