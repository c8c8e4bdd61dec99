"""What every importing command prints, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError

from otpguard.core.facts import RequestFacts
from otpguard.flows.factor.import_run import Imported, RowMistake
from otpguard.management.importing import ImportCommand

WHY = ["too short", "no number", "too short"]
MISTAKES = tuple(RowMistake(source=f"app/{at}", reason=why) for at, why in enumerate(WHY))


class Command(ImportCommand):
    """Takes over what it is given."""

    def __init__(self, results: Mapping[str, Imported | None]) -> None:
        super().__init__(stdout=StringIO(), no_color=True)
        self.results = results
        self.asked: dict[str, Any] = {}

    def run(
        self, *, facts: RequestFacts, dry_run: bool, **options: str
    ) -> Mapping[str, Imported | None]:
        """Note what was asked."""
        self.asked = {"user": facts.user, "dry_run": dry_run, **options}
        return self.results

    @property
    def lines(self) -> list[str]:
        """What it printed."""
        return self.stdout.getvalue().splitlines()


def test_each_kind_has_a_line_with_counts() -> None:
    command = Command(
        {"phone": Imported(added=3, known=1, unconfirmed=2, about="of old"), "totp": None}
    )
    call_command(command)
    assert command.lines == [
        "phone: 3 added, 1 known already, 2 never confirmed",
        "  of old",
        "totp: not installed",
    ]


def test_mistakes_are_counted_by_reason_and_named_at_the_end() -> None:
    command = Command({"totp": Imported(added=0, known=0, mistakes=MISTAKES)})
    with pytest.raises(CommandError) as caught:
        call_command(command)
    assert command.lines[1:] == ["  2 not possible: too short", "  1 not possible: no number"]
    assert str(caught.value) == (
        "Not imported: app/0: too short; app/1: no number; app/2: too short"
    )


def test_options_reach_the_importer_and_the_site_is_the_actor() -> None:
    command = Command({})
    call_command(command, "--dry-run", "--rp-id", "acme.example")
    assert command.asked == {"user": "", "dry_run": True, "rp_id": "acme.example"}


def test_a_database_that_is_down_is_one_line() -> None:
    class Down(Command):
        def run(self, **_asked: Any) -> Mapping[str, Imported | None]:
            raise DatabaseError("the server\nis away")

    with pytest.raises(CommandError, match=r"^the server is away$"):
        call_command(Down({}))
