"""What stands in an export of the log, line by line, and whose it is."""

from __future__ import annotations

import csv
import json
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID
from zipfile import ZipFile

import pytest
from django.utils import timezone

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.conf.releases import BUILT_IN
from otpguard.core.audit_export import LogSelection
from otpguard.core.events.key import KeyRotationReminded
from otpguard.core.ocsf import PART
from otpguard.core.release.rows import RowWriter
from otpguard.core.sealing.tree import leaf_hash
from otpguard.flows.audit.export_job import (
    bundle_pieces,
    csv_rows,
    leaf_lines,
    leaves_of,
    ocsf_lines,
    ocsf_of_log,
    table_of,
)
from otpguard.models import SITE_EVENTS, Event, Seal
from otpguard.releases.jobs import ReleaseOrder, load_job
from otpguard.verify_export.check import verify_bundle
from tests.flows.audit.logging import ONE, TWO, begin, bodies, seal, write

pytestmark = pytest.mark.django_db(transaction=True)
WHOLE = LogSelection()
EVIL = "=1+1;@x"


@pytest.fixture(autouse=True)
def _sealed() -> None:
    begin()
    write(number=3)
    write(TWO, 2)
    write(None, 1)
    where = Circumstances(
        now=timezone.now(),
        tenant=str(ONE),
        actor="9",
        checkpoint="api_key",
        client_ip="203.0.113.7",
        agent=EVIL,
        target="\t=cmd",
    )
    record(KeyRotationReminded(count=1, days=90, people=2), where)
    seal()


def table(selection: LogSelection = WHOLE, log: UUID = ONE) -> list[dict[str, str]]:
    text = b"".join(RowWriter("csv").pieces(table_of(log, selection))).decode()
    return list(csv.DictReader(text.splitlines()))


def order(tenant: UUID = ONE, **arguments: str) -> ReleaseOrder:
    return ReleaseOrder(release="1", tenant=str(tenant), user="7", arguments=arguments)


def test_a_line_of_json_lines_is_what_was_hashed_in_the_order_of_the_log() -> None:
    lines = list(leaves_of(ONE, LogSelection()))
    assert [leaf_hash(line.removesuffix(b"\n")) for line in lines] == bodies(ONE)


def test_an_event_that_no_seal_covers_is_not_exported() -> None:
    write()
    assert len(list(leaves_of(ONE, LogSelection()))) == 4
    Seal.objects.all().delete()
    assert list(leaves_of(ONE, LogSelection())) == []
    assert table() == []


def test_the_table_tells_where_it_came_from_and_runs_no_formula() -> None:
    row = table()[-1]
    assert (row["event"], row["client_ip"]) == ("key.rotation_reminded", "203.0.113.7")
    for cell in row.values():
        assert cell[:1] not in set("=+-@\t\r")
    assert row["device"] == "'=1+1;'@x"
    assert row["target"] == "'\t'=cmd"


@pytest.mark.parametrize("column", ["kind", "checkpoint", "actor_ref", "subject_ref"])
def test_no_column_of_a_broken_row_runs_a_formula(column: str) -> None:
    Event.objects.filter(tenant_id=ONE).update(body="broken", **{column: "=1+1"})
    cells = [cell for row in table() for cell in row.values()]
    assert "'=1+1" in cells
    assert not any(cell.startswith("=") for cell in cells)


def test_a_broken_row_is_exported_and_says_so() -> None:
    first = Event.objects.filter(tenant_id=ONE).order_by("xact", "pk")[0]
    Event.objects.filter(pk=first.pk).update(body="{")
    assert table()[0]["details"] == '{"unreadable":true}'
    line = json.loads(next(ocsf_of_log(ONE, LogSelection())))
    assert line["unmapped"]["data"] == {"unreadable": True}
    assert line["metadata"]["uid"] == str(first.pk)


def test_a_private_part_whose_key_is_gone_is_empty(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "ROOT_KEYS": ["another root key, for this test only"]}
    assert table()[-1]["client_ip"] == ""


SELECTIONS: list[tuple[LogSelection, int]] = [
    (LogSelection(actor="9"), 1),
    (LogSelection(actor="7"), 3),
    (LogSelection(kind="checkpoint.denied"), 3),
    (LogSelection(checkpoint="api_key"), 1),
    (LogSelection(actor="9", kind="checkpoint.denied"), 0),
    (LogSelection(story=str(UUID(int=5))), 0),
]


@pytest.mark.parametrize(("selection", "found"), SELECTIONS)
def test_a_selection_has_what_it_says(selection: LogSelection, found: int) -> None:
    rows = table(selection)
    assert len(rows) == found
    assert len(list(leaves_of(ONE, selection))) == found
    for row in rows:
        assert row["selection"] == PART
    for line in ocsf_of_log(ONE, selection):
        assert json.loads(line)["metadata"]["labels"] == [PART]


def test_times_select_from_the_first_moment_on_and_before_the_last() -> None:
    now = timezone.now()
    assert len(table(LogSelection(since=now - timedelta(hours=1)))) == 4
    assert table(LogSelection(since=now + timedelta(hours=1))) == []
    assert table(LogSelection(until=now - timedelta(hours=1))) == []
    assert len(table(LogSelection(until=now + timedelta(hours=1)))) == 4


@pytest.mark.parametrize("log", [ONE, TWO, SITE_EVENTS])
def test_a_log_has_nothing_of_another(log: UUID) -> None:
    others = [each for each in (ONE, TWO) if each != log]
    sources: list[Callable[[UUID, LogSelection], Iterator[bytes]]] = [leaves_of, ocsf_of_log]
    for source in sources:
        text = b"".join(source(log, LogSelection())).decode()
        assert text
        assert not any(str(each) in text for each in others)
    assert not any(str(each) in str(table(log=log)) for each in others)


def test_the_jobs_write_the_log_of_the_orders_tenant() -> None:
    assert len(list(csv_rows(order(kind="checkpoint.denied")))) == 4
    assert len(list(leaf_lines(order(TWO)))) == 2
    assert len(list(ocsf_lines(order()))) == 4


def test_every_job_of_ours_is_there() -> None:
    for name in BUILT_IN:
        assert callable(load_job(name))


def test_a_bundle_in_pieces_is_one_that_holds(tmp_path: Any) -> None:
    write(number=450)
    seal()
    file = tmp_path / "log.zip"
    pieces = list(bundle_pieces(order()))
    file.write_bytes(b"".join(pieces))
    assert len([piece for piece in pieces if piece]) > 2
    assert verify_bundle(file).holds
    with ZipFile(file) as archive:
        assert archive.testzip() is None


@pytest.mark.slow
def test_memory_does_not_grow_with_the_log() -> None:
    def peak() -> int:
        tracemalloc.start()
        for _ in ocsf_of_log(ONE, LogSelection()):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    write(number=4_000)
    seal(most=10_000)
    few = peak()
    write(number=16_000)
    for _ in range(4):
        seal(most=10_000)
    assert len(list(leaves_of(ONE, LogSelection()))) == 20_004
    assert peak() < few * 1.5
