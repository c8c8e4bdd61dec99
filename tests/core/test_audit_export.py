"""A selection of the log, and an event as a row of the table."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from otpguard.conf.releases import BUILT_IN
from otpguard.core.audit_export import (
    ExportFormat,
    LogSelection,
    body_of,
    columns,
    csv_row,
    job_of,
)
from otpguard.core.ocsf import PART
from otpguard.core.uuid7 import time_of
from tests.core.event_bodies import FROM, body

NOON = datetime(2026, 5, 10, 12, tzinfo=UTC)
ROW = {"id": "1", "kind": "key.created", "at": "2026-05-10T12:00:00.000+00:00"} | dict.fromkeys(
    ("tenant", "checkpoint", "actor", "subject", "story"), ""
)


def test_a_selection_survives_its_way_to_the_worker() -> None:
    chosen = LogSelection(since=NOON, until=NOON + timedelta(1), actor="7", story="0" * 32)
    assert LogSelection.of(json.loads(json.dumps(chosen.arguments()))) == chosen
    assert not chosen.is_whole


def test_nothing_selected_is_the_whole_log() -> None:
    assert LogSelection().is_whole
    assert LogSelection().arguments() == LogSelection().bounds() == {}
    assert LogSelection.of({}) == LogSelection()


def test_what_is_no_selection_is_refused() -> None:
    with pytest.raises(TypeError):
        LogSelection.of({"color": "red"})
    with pytest.raises(ValueError, match="no time zone"):
        LogSelection.of({"since": "2026-05-10T12:00:00"})


def test_times_are_bounds_of_the_id_whatever_their_zone() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=9)))
    found = LogSelection(since=east, until=NOON + timedelta(hours=1)).bounds()
    assert time_of(found["pk__gte"]) == NOON
    assert time_of(found["pk__lt"]) == NOON + timedelta(hours=1)


def test_each_format_has_a_job_and_a_part_says_so_in_its_name() -> None:
    part = LogSelection(kind="key.created")
    for each in ExportFormat:
        assert job_of(each, LogSelection()) in BUILT_IN
        if each is not ExportFormat.BUNDLE:
            assert job_of(each, part) in BUILT_IN
            assert "part" in job_of(each, part)


def test_a_row_has_a_cell_for_each_column() -> None:
    event = body("key.created", {"key": "k", "name": "ci"})
    row = dict(zip(columns(part=False), csv_row(event, FROM, part=False), strict=True))
    assert (row["event"], row["label"]) == ("key.created", "An API key was created")
    assert (row["client_ip"], row["device"], row["target"]) == ("2001:db8::7", "Firefox", "key 7")
    assert row["details"] == '{"key":"k","name":"ci"}'
    assert (row["asn"], row["country"]) == ("", "")
    known = csv_row(event, {**FROM, "asn": "64496", "country": "US"}, part=False)
    assert known[-2:] == ("64496", "US")


def test_a_row_of_a_part_says_that_absence_is_not_shown() -> None:
    row = dict(zip(columns(part=True), csv_row(body("key.created"), {}, part=True), strict=True))
    assert row["selection"] == PART


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "nothing",
        '{"kind": 5}',
        json.dumps({**body("key.created"), "at": "yesterday"}),
        json.dumps({**body("key.created"), "at": "2026-05-10T12:00:00"}),
        json.dumps({**body("key.created"), "data": []}),
        "[" * 100_000,
    ],
)
def test_a_broken_body_is_made_of_its_row_and_says_so(text: str) -> None:
    found = body_of(text, ROW)
    assert found["data"] == {"unreadable": True}
    assert csv_row(found, {}, part=False)[1] == "key.created"


@pytest.mark.parametrize("data", [{"a": 1.5}, {"a": "\ud800"}, {"a": [[]] * 3}])
def test_what_has_no_canonical_form_is_shown_all_the_same(data: dict[str, Any]) -> None:
    row = csv_row(body("key.created", data), {"agent": "\ud800"}, part=False)
    assert "".join(row).encode()
