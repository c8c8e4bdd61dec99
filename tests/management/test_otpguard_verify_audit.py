"""The check of the whole log, and what it ends with."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from otpguard.audit.logs import note_of
from otpguard.models import Event
from tests import factories
from tests.flows.audit.logging import ONE, TWO, begin, seal, seals_of, write
from tests.flows.audit.publishing import publish, storages, write_and_seal

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _sealed() -> None:
    begin()
    write(number=3)
    write(TWO)
    write(None)
    seal()


def verify(*words: str) -> str:
    """What it prints when all holds."""
    out = StringIO()
    call_command("otpguard_verify_audit", "--no-color", *words, stdout=out)
    return out.getvalue()


def fails(status: int, *words: str) -> tuple[str, str]:
    """What it prints, and what it ends with."""
    out = StringIO()
    with pytest.raises(CommandError) as ended:
        call_command("otpguard_verify_audit", "--no-color", *words, stdout=out)
    assert ended.value.returncode == status
    return out.getvalue(), str(ended.value)


def test_a_log_that_holds_ends_well(tmp_path: Path) -> None:
    kept = tmp_path / "head"
    kept.write_text(note_of(seals_of()[0]).full())
    write()
    assert "All holds: 6 events in 4 logs; 1 of them wait" in verify("--against", str(kept))
    assert json.loads(verify("--json"))["holds"] is True


def test_damage_is_named_and_ends_with_one() -> None:
    Event.objects.filter(tenant_id=ONE).order_by("xact", "pk")[1].delete()
    printed, error = fails(1)
    assert f"unnamed.invalid/{ONE.hex} #1: removed" in printed
    assert error == "damaged: 1"
    (only,) = json.loads(fails(1, "--json")[0])["damages"]
    assert (only["damage"], only["index"]) == ("removed", 1)


def test_one_tenant_alone_is_checked_by_slug_or_id() -> None:
    Event.objects.filter(tenant_id=ONE).order_by("xact", "pk")[1].delete()
    assert "1 events in 1 logs" in verify("--tenant", str(TWO))
    assert "1 events in 1 logs" in verify("--tenant", "site")
    tenant = factories.tenant()
    write(tenant.pk, 2)
    seal()
    assert "2 events in 1 logs" in verify("--tenant", tenant.slug)
    fails(1, "--tenant", str(ONE))


def test_what_was_sealed_since_a_moment_is_checked() -> None:
    assert "0 events" in verify("--since", timezone.now().isoformat(), "--tenant", str(ONE))
    assert "3 events" in verify("--since", "2026-01-31", "--tenant", str(ONE))


def test_a_log_that_is_shorter_than_a_kept_head_is_damaged(tmp_path: Path) -> None:
    kept = tmp_path / "head"
    kept.write_text(note_of(seals_of()[0]).full())
    seals_of()[0].delete()
    printed, _ = fails(1, "--against", str(kept))
    assert "rolled_back" in printed


@pytest.mark.parametrize(
    "words",
    [
        ("--tenant", "nobody"),
        ("--since", "yesterday"),
        ("--since", "2026-99-99"),
        ("--against", "/missing"),
        ("--against", __file__),
    ],
)
def test_what_cannot_be_checked_ends_with_two(words: tuple[str, ...]) -> None:
    fails(2, *words)


def test_a_log_is_checked_against_its_tiles(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = storages(tmp_path, "tiles")
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"TILES": "tiles"}}
    write_and_seal(3)
    publish()
    out = StringIO()
    call_command("otpguard_verify_audit", "--tiles", "--tenant", str(ONE), stdout=out)
    assert "All holds: 6 events and 1 heads in the storage." in out.getvalue()
    row = Event.objects.filter(tenant_id=ONE).first()
    assert row is not None
    Event.objects.filter(pk=row.pk).delete()
    with pytest.raises(CommandError, match="damaged: 1") as found:
        call_command("otpguard_verify_audit", "--tiles", "--tenant", str(ONE), stdout=out)
    assert found.value.returncode == 1


def test_tiles_that_cannot_be_read_are_another_status(settings: Any) -> None:
    for said in (["--tiles"], ["--tiles", "--tenant", "site"]):
        with pytest.raises(CommandError) as found:
            call_command("otpguard_verify_audit", *said)
        assert found.value.returncode == 2
    settings.OTPGUARD = {"AUDIT_PUBLISH": {"TILES": "missing"}}
    with pytest.raises(CommandError, match="missing"):
        call_command("otpguard_verify_audit", "--tiles", "--tenant", "site")
