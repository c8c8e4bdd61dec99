"""The proof of one event, made here and checked elsewhere, and the growth of a log."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from otpguard.audit.logs import newest_seal
from otpguard.audit.seal_check import keys_of
from otpguard.core.sealing.ed25519 import is_signed
from otpguard.core.sealing.note import Head
from otpguard.core.sealing.proof_file import ProofFile
from otpguard.core.sealing.tree import ProofError, verify_consistency
from otpguard.exceptions import InvalidInput
from otpguard.flows.audit.prove import EventProof, ProofState, prove_event, prove_growth
from otpguard.models import ALL_HEADS, SITE_EVENTS, Event, LogTile, Seal, SealCursor
from tests.flows.audit.logging import ONE, TWO, begin, seal, seals_of, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _sealed() -> None:
    begin()
    for number in (5, 300):
        write(number=number)
        write(TWO)
        write(None)
        seal()


def event(index: int) -> Event:
    return Event.objects.filter(tenant_id=ONE).order_by("xact", "pk")[index]


@pytest.mark.parametrize("index", [0, 4, 255, 256, 304])
def test_an_event_is_shown_offline_by_its_bytes_and_a_file(index: int) -> None:
    row = event(index)
    made = prove_event(row)
    assert (made.state, made.index, made.size) == (ProofState.HOLDS, index, 305)
    proof = ProofFile.parse(made.file)
    head = proof.verify(row.body.encode(), keys_of(ONE), is_signed)
    assert head.size == 305
    above = ProofFile.parse(made.head_file)
    above.verify(head.text().encode(), keys_of(ALL_HEADS), is_signed)
    with pytest.raises(ProofError):
        proof.verify(event(index - 1 if index else 1).body.encode(), keys_of(ONE), is_signed)


def test_an_event_of_the_site_itself_is_shown_too() -> None:
    row = Event.objects.filter(tenant_id=None).order_by("pk")[1]
    made = prove_event(row)
    ProofFile.parse(made.file).verify(row.body.encode(), keys_of(SITE_EVENTS), is_signed)


def test_the_key_of_one_tenant_does_not_show_events_of_another() -> None:
    row = Event.objects.filter(tenant_id=TWO)[0]
    with pytest.raises(ValueError, match="no trusted key"):
        ProofFile.parse(prove_event(row).file).verify(row.body.encode(), keys_of(ONE), is_signed)


def test_a_proof_reads_few_rows() -> None:
    row = event(7)
    with CaptureQueriesContext(connection) as queries:
        prove_event(row)
    tiles = [each for each in queries if LogTile._meta.db_table in each["sql"]]
    assert len(tiles) <= 5
    assert len(queries) <= 11


def test_a_new_event_waits() -> None:
    (new,) = write()
    assert prove_event(Event.objects.get(pk=new)) == EventProof(state=ProofState.WAITS)


def test_an_event_that_was_added_behind_the_cursor_is_broken() -> None:
    (new,) = write()
    row = Event.objects.get(pk=new)
    SealCursor.objects.update(xact=row.xact, event=row.pk)
    assert prove_event(row).state is ProofState.BROKEN


@pytest.mark.parametrize(
    "change", [{"body": "{}"}, {"kind": "x"}, {"xact": 2**40}, {"body": "gone"}]
)
def test_a_changed_event_is_broken(change: dict[str, Any]) -> None:
    pk = event(3).pk
    Event.objects.filter(pk=pk).update(**change)
    row = Event.objects.get(pk=pk)
    assert prove_event(row) == EventProof(state=ProofState.BROKEN)


def test_an_event_whose_key_was_retired_is_still_shown(settings: Any) -> None:
    row, kept = event(3), keys_of(ONE)
    settings.OTPGUARD = {"ROOT_KEYS": ["another root key " * 3]}
    assert prove_event(row).state is ProofState.BROKEN, "its signer is not trusted any more"
    settings.OTPGUARD = {}
    ProofFile.parse(prove_event(row).file).verify(row.body.encode(), kept, is_signed)


@pytest.mark.parametrize("what", ["tile", "heads", "signature"])
def test_where_hashes_are_missing_nothing_is_shown(what: str) -> None:
    if what == "tile":
        LogTile.objects.filter(log=ONE).delete()
        Seal.objects.filter(log=ONE, size=5).delete()
    elif what == "heads":
        Seal.objects.filter(log=ALL_HEADS).delete()
    else:
        Seal.objects.filter(log=ONE, size=305).update(signature=b"s" * 64)
    assert prove_event(event(100)).state is ProofState.BROKEN


def test_an_older_head_begins_the_newest_one() -> None:
    made = prove_growth(ONE, 5)
    old, new = Head.parse(made.old.text), Head.parse(made.new.text)
    assert (old.size, new.size) == (5, 305)
    verify_consistency(5, 305, made.hashes, old.root, new.root)
    assert prove_growth(ONE, 5, 305) == made
    assert prove_growth(ONE, 305).hashes == ()


@pytest.mark.parametrize(("old", "size"), [(4, None), (305, 5), (5, 6)])
def test_there_is_no_growth_between_sizes_without_a_head(old: int, size: int | None) -> None:
    with pytest.raises(InvalidInput):
        prove_growth(ONE, old, size)


def test_a_fork_has_no_growth() -> None:
    Seal.objects.filter(log=ONE, size=5).update(root=b"r" * 32)
    with pytest.raises(InvalidInput, match="does not hold"):
        prove_growth(ONE, 5)
    assert newest_seal(ONE) == seals_of()[-1]
