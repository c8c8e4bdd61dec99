"""The command deletes what is old at once, says how far it is, and can only look."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError

from otpguard.management.commands import otpguard_purge as module
from otpguard.models import Challenge, Event
from tests.flows.purge.rows import YOUNG, left, whole

pytestmark = pytest.mark.django_db(transaction=True)


def output(**options: Any) -> list[str]:
    out = StringIO()
    call_command("otpguard_purge", stdout=out, no_color=True, **options)
    return out.getvalue().splitlines()


def said(what: str, **counts: int) -> str:
    kinds = (
        *("challenges", "deliveries", "usage", "notices", "sessions", "grants", "claims"),
        *("decisions", "releases", "answers", "spent", "mailed", "raises"),
        *("exports", "billing_changes", "places", "sign_ins", "statements"),
    )
    words = ", ".join(f"{counts.get(kind, 0)} {kind}" for kind in kinds)
    return f"{what} what is older than 90 days: {words}."


def test_it_deletes_in_batches_and_says_how_far_it_is() -> None:
    for _ in range(3):
        whole()
    whole(at=YOUNG + timedelta(days=2))  # also if midnight passes while tests run
    lines = output(batch=2)
    assert lines[0].startswith("2 challenges, 2 deliveries, ")
    assert lines[0].endswith("…")
    assert lines[-1] == said("Deleted", challenges=3, deliveries=3, usage=4, grants=3)
    assert Challenge.objects.count() == 1
    assert output() == [said("Deleted")]


def test_a_dry_run_counts_and_deletes_nothing() -> None:
    whole()
    before = left(), Event.objects.count()
    counts = {"challenges": 1, "deliveries": 1, "usage": 1, "grants": 1}
    assert output(dry_run=True) == [said("Would delete", **counts)]
    assert (left(), Event.objects.count()) == before


def test_a_mistake_ends_it_with_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="at least 1"):
        output(batch=0)

    def away(**_known: Any) -> None:
        raise DatabaseError("the database\nis away")

    monkeypatch.setattr(module, "count_purgeable", away)
    with pytest.raises(CommandError, match=r"^the database is away$"):
        output(dry_run=True)
