"""A bundle by hand."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from otpguard.models import Event
from otpguard.verify_export.check import verify_bundle
from tests import factories
from tests.flows.audit.logging import TWO, begin, seal, write

pytestmark = pytest.mark.django_db(transaction=True)


def export(tenant: str, file: Path, **options: str) -> str:
    out = StringIO()
    call_command("otpguard_export", tenant, str(file), "--no-color", stdout=out, **options)
    return out.getvalue()


def test_it_writes_what_the_program_for_auditors_checks(tmp_path: Path) -> None:
    begin()
    tenant = factories.tenant()
    write(tenant.pk, 3)
    write(TWO)
    write(None)
    seal()
    assert "Written: 3 events" in export(tenant.slug, tmp_path / "a.zip")
    assert verify_bundle(tmp_path / "a.zip").events == 3
    for name in (str(TWO), "site"):
        export(name, tmp_path / f"{name}.zip")
        assert verify_bundle(tmp_path / f"{name}.zip").holds


def test_it_never_writes_over_a_file_and_leaves_none_behind(tmp_path: Path) -> None:
    there, new = tmp_path / "there", tmp_path / "new"
    there.write_text("mine")
    with pytest.raises(CommandError, match="already"):
        export("site", there)
    assert there.read_text() == "mine"
    with pytest.raises(CommandError, match="no seal"):
        export("site", new)
    assert not new.exists()
    with pytest.raises(CommandError, match="no tenant"):
        export("nobody", new)


@pytest.mark.parametrize("kind", ["csv", "jsonl", "ocsf"])
def test_it_writes_lines_and_that_it_did(tmp_path: Path, kind: str) -> None:
    begin()
    tenant = factories.tenant()
    write(tenant.pk, 3)
    write(TWO)
    seal()
    assert "Written: 3 events." in export(tenant.slug, tmp_path / "a", format=kind)
    assert len((tmp_path / "a").read_text().splitlines()) == 3 + (kind == "csv")
    (told,) = Event.objects.filter(kind="data.exported")
    assert (told.tenant_id, told.checkpoint) == (tenant.pk, "audit_log_export")
    data = json.loads(told.body)["data"]
    assert (data["rows"], json.loads(data["filter"])) == (3, {"format": kind})


def test_a_part_is_written_down_with_its_selection(tmp_path: Path) -> None:
    begin()
    write(TWO)
    seal()
    export(str(TWO), tmp_path / "a", format="jsonl", kind="checkpoint.denied")
    told = Event.objects.get(kind="data.exported")
    selected = json.loads(json.loads(told.body)["data"]["filter"])
    assert selected == {"format": "jsonl", "kind": "checkpoint.denied"}


def test_a_part_says_that_absence_is_not_shown(tmp_path: Path) -> None:
    begin()
    write(TWO, 2)
    seal()
    said = export(str(TWO), tmp_path / "a", format="csv", kind="checkpoint.denied")
    assert "Written: 2 events." in said
    assert "does not show that other events are absent" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"kind": "moon.landed", "format": "csv"}, "kind: There is no such event"),
        ({"since": "yesterday", "format": "csv"}, "since: "),
        ({"kind": "checkpoint.denied"}, "format: Proofs come with the whole log only"),
    ],
)
def test_what_no_export_can_be_is_named(tmp_path: Path, options: dict[str, str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        export("site", tmp_path / "a", **options)
    assert not (tmp_path / "a").exists()
