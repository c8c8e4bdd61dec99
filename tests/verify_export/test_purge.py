"""A bundle whose first events were purged: it says so, and every other loss is found."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from otpguard.audit.logs import key_of
from otpguard.audit.signers import head_signer
from otpguard.exceptions import InvalidInput
from otpguard.models import Event
from otpguard.verify_export.__main__ import main
from otpguard.verify_export.check import verify_bundle
from otpguard.verify_export.purge import PurgeClaim, claim_of
from tests.core.sealing.purges import AT, BEFORE, body
from tests.flows.audit.aging import aged, purge
from tests.flows.audit.logging import ONE, seal, write
from tests.verify_export.bundles import members, stored, tampered, written


def claim(**data: Any) -> PurgeClaim:
    found = claim_of([body(**data).encode()], data.get("below", 7))
    assert found is not None
    return found


HEADS = ((7, BEFORE - timedelta(days=1)), (9, AT))


def test_a_purge_counts_where_it_stands_behind_what_it_speaks_of() -> None:
    assert claim().holds(7, HEADS)
    assert claim().holds(8, HEADS)
    for index in (None, 6, 9):
        assert not claim().holds(index, HEADS), index


def test_a_purge_of_what_was_sealed_too_late_counts_for_nothing() -> None:
    assert not claim().holds(8, ((7, BEFORE), (9, AT)))
    assert not claim().holds(8, ((6, BEFORE - timedelta(days=1)), (9, AT))), "no head ends there"


def test_a_purge_that_names_a_later_time_than_its_head_counts_for_nothing() -> None:
    assert not claim().holds(8, (HEADS[0], (9, AT - timedelta(hours=2))))


def test_the_newest_event_that_names_the_index_is_taken() -> None:
    lines = [body(years=1).encode(), body(years=2).encode(), body(below=9).encode(), b"{}"]
    found = claim_of(lines, 7)
    assert found is not None
    assert found.purged.years == 2
    assert claim_of(lines, 8) is None


@pytest.fixture
def bundle(transactional_db: None, tmp_path: Path) -> Path:
    aged(ONE)
    purge(ONE)
    seal()
    return written(tmp_path / "bundle.zip")


def found(path: Path) -> set[tuple[str, int | None]]:
    checked = verify_bundle(path, keys=[key_of(ONE, head_signer().public).text()])
    return {(each.damage.value, each.index) for each in checked.damages}


def test_a_bundle_after_a_purge_holds_and_says_so(
    bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    checked = verify_bundle(bundle)
    assert (checked.holds, checked.events, checked.size) == (True, 5, 10)
    assert checked.purged is not None
    assert checked.purged.below == 5
    assert main([str(bundle)]) == 0
    assert "Note: the first 5 events were purged" in capsys.readouterr().out
    main([str(bundle), "--json"])
    assert json.loads(capsys.readouterr().out)["purged_below"] == 5
    assert found(tampered(bundle, lambda lines: lines[1:])) == {("removed", 5)}
    flipped = tampered(bundle, lambda lines: [lines[0].replace(b"held", b"hele"), *lines[1:]])
    assert ("changed", 5) in found(flipped)
    gone = {("not_purged", None), *(("removed", index) for index in (0, 1, 2, 3, 4, 9))}
    assert found(tampered(bundle, lambda lines: lines[:-1])) == gone
    parts = members(bundle)
    manifest = json.loads(parts["manifest.json"])
    assert manifest["first"] == 5
    for first in (0, 6, 7, 10**9):
        lying = {**parts, "manifest.json": json.dumps({**manifest, "first": first}).encode()}
        assert found(stored(bundle.with_name("lying.zip"), lying)) >= {("removed", 0)}, first


@pytest.mark.usefixtures("transactional_db")
def test_until_its_purge_is_sealed_a_log_has_no_bundle(tmp_path: Path) -> None:
    aged(ONE)
    purge(ONE)
    with pytest.raises(InvalidInput, match="waits for its seal"):
        written(tmp_path / "early.zip")


@pytest.mark.usefixtures("transactional_db")
def test_an_insiders_deletion_is_found_in_a_bundle(tmp_path: Path) -> None:
    aged(ONE)
    write(ONE, at=timezone.now())
    seal()
    for row in Event.objects.filter(tenant_id=ONE).order_by("xact", "pk")[:5]:
        row.delete()
    assert found(written(tmp_path / "b.zip")) == {("removed", index) for index in range(5)}
