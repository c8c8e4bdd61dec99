"""Events of releases name the export and never its rows."""

from __future__ import annotations

import pytest

from otpguard.core.events.base import CATALOG, Event, field_names
from otpguard.core.events.release import DataRead, ReleaseDownloaded

KINDS = [kind.code for kind in CATALOG if kind.code.startswith("release.")]


@pytest.mark.parametrize("code", KINDS)
def test_each_names_its_export_and_job(code: str) -> None:
    kind: type[Event] = CATALOG.get(code)
    assert field_names(kind)[:2] == ("export", "job")


def test_there_is_one_for_each_step() -> None:
    steps = {"asked", "finished", "retried", "failed"}
    steps |= {"downloaded", "broken", "canceled", "expired"}
    assert {f"release.{step}" for step in steps} == set(KINDS)


def test_reads_and_downloads_say_filter_and_rows() -> None:
    for kind in (DataRead, ReleaseDownloaded):
        assert {"filter", "rows"} <= set(field_names(kind))
