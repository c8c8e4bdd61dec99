"""The client, against the witness that ships, on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from otpguard.audit.logs import newest_seal
from otpguard.audit.signers import is_signed
from otpguard.audit.witness_state import WitnessState
from otpguard.conf import settings as ours
from otpguard.core.sealing.note import SignedNote
from otpguard.flows.audit.restore import look_at_places
from otpguard.models import ALL_HEADS, Publication, SealCursor
from tests.audit.witnessing import OtherLog, serving, state_in
from tests.flows.audit.logging import begin, seal
from tests.flows.audit.publishing import dump, publish, put_back, write_and_seal

pytestmark = pytest.mark.django_db(transaction=True)
PLACE = "witness:w1"


@pytest.fixture
def witness(settings: Any, tmp_path: Path) -> Iterator[WitnessState]:
    """One that knows our log of all heads, and is in the settings."""
    begin()
    state = state_in(tmp_path)
    with serving(state) as url:
        entry = {"URL": url, "KEY": state.key.text()}
        settings.OTPGUARD = {"AUDIT_PUBLISH": {"WITNESSES": {"w1": entry}}}
        yield state


def test_it_cosigns_one_head_after_the_other(witness: WitnessState) -> None:
    for size in (1, 2, 3):
        write_and_seal()
        assert publish().published == {PLACE: size}
    note = SignedNote.parse(Publication.objects.get().note)
    newest = newest_seal(ALL_HEADS)
    assert newest is not None
    assert note.text.split("\n")[1] == str(newest.size)
    assert note.verified_by([witness.key], is_signed) == (witness.key,)
    assert look_at_places() == {}


def test_it_may_know_another_size_than_we_remember(witness: WitnessState) -> None:
    write_and_seal()
    write_and_seal()
    publish()
    Publication.objects.update(size=0)
    write_and_seal()
    assert publish().published == {PLACE: 3}


def test_a_fork_is_told_and_not_cosigned(witness: WitnessState) -> None:
    write_and_seal()
    publish()
    kept = dump()
    write_and_seal()
    publish()
    put_back(kept)
    write_and_seal(3)
    write_and_seal(3)
    assert publish().newer_at == PLACE
    assert "2" in SealCursor.objects.get().newer_head
    assert seal().is_behind


def test_a_witness_that_does_not_know_the_log_says_so(settings: Any, tmp_path: Path) -> None:
    begin()
    state = state_in(tmp_path, OtherLog().key)
    with serving(state) as url:
        entry = {"URL": url, "KEY": state.key.text()}
        settings.OTPGUARD = {"AUDIT_PUBLISH": {"WITNESSES": {"w1": entry}}}
        write_and_seal()
        run = publish()
        assert "must be told of the log unnamed.invalid/heads" in run.failed[PLACE]
    assert publish().failed[PLACE] == "ConnectError"


def test_a_cosignature_of_another_key_is_no_cosignature(settings: Any, tmp_path: Path) -> None:
    begin()
    (tmp_path / "other").mkdir()
    state, other = state_in(tmp_path), state_in(tmp_path / "other")
    with serving(state) as url:
        entry = {"URL": url, "KEY": other.key.text()}
        settings.OTPGUARD = {"AUDIT_PUBLISH": {"WITNESSES": {"w1": entry}}}
        write_and_seal()
        assert "cosignature" in publish().failed[PLACE]
    assert ours().audit_publish.witnesses["w1"].key == other.key


def test_an_old_cosignature_is_no_fresh_one(settings: Any, tmp_path: Path) -> None:
    begin()
    state = state_in(tmp_path)
    state._clock = lambda: 1_700_000_000.0
    with serving(state) as url:
        entry = {"URL": url, "KEY": state.key.text()}
        settings.OTPGUARD = {"AUDIT_PUBLISH": {"WITNESSES": {"w1": entry}}}
        write_and_seal()
        assert "2023-11-14" in publish().failed[PLACE]
