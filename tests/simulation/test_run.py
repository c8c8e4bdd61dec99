"""Runs are played in processes of their own, and their figures come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from otpguard.simulation.run import Plan, attack_named, run_all, run_attack, run_quiet
from otpguard.simulation.stores import PostgresDatabase, SqliteFile

pytestmark = pytest.mark.django_db(transaction=True)


def plan(folder: Path, **changed: Any) -> Plan:
    known: dict[str, Any] = {
        "seeds": (3,),
        "attacks": ("premium_range",),
        "people_a_day": 6,
        "days": 0.6,
        "hours": 0.0005,
        "folder": folder,
    }
    return Plan(**{**known, **changed})


def test_an_attack_begins_where_the_quiet_time_ended(tmp_path: Path) -> None:
    quiet = run_quiet(plan(tmp_path), 3)
    run = run_attack(plan(tmp_path), 3, "us_random_fresh_ips", quiet)
    assert (run.attack, run.seed, run.quiet) == ("us_random_fresh_ips", 3, quiet)
    assert run.waves[0].sends > 0
    assert {note.read_text() for note in tmp_path.glob("*.done")} == {"1.000"}


def test_an_attack_that_there_is_not_is_an_error_that_names_all() -> None:
    with pytest.raises(ValueError, match="rotating_ips"):
        attack_named("rotating", hours=48)


def test_a_store_is_a_file_unless_a_database_is_named(tmp_path: Path) -> None:
    assert isinstance(plan(tmp_path).store("a"), SqliteFile)
    assert isinstance(plan(tmp_path, database="default").store("a"), PostgresDatabase)


@pytest.mark.slow
def test_processes_of_their_own_count_the_same(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    shares: list[float] = []
    [run] = run_all(plan(there), shares.append)
    assert run == run_attack(plan(here), 3, "premium_range", run_quiet(plan(here), 3))
    assert shares[-1] == 1.0
    assert connections["default"].settings_dict["NAME"] != ""
