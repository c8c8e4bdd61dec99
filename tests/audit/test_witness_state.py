"""A witness never forgets a head and never cosigns two histories, also when asked twice at once."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from threading import Barrier, Thread

import pytest

from otpguard.audit.signers import is_signed
from otpguard.audit.witness_state import WitnessReply, WitnessState
from otpguard.core.sealing.note import SignedNote
from otpguard.core.sealing.witness import AddCheckpoint
from tests.audit.witnessing import OtherLog, state_in

LOG = OtherLog()


def ask(state: WitnessState, old: int, size: int, *, fork: str = "") -> WitnessReply:
    note = LOG.head(size, fork=fork)
    return state.add_checkpoint(
        AddCheckpoint(old=old, proof=LOG.proof(old, size), note=note).text().encode()
    )


def test_the_answer_is_a_cosignature_of_that_head(tmp_path: Path) -> None:
    state = state_in(tmp_path, LOG.key)
    reply = ask(state, 0, 7)
    note = SignedNote.parse(LOG.head(7).text + "\n" + reply.text)
    assert note.verified_by([state.key], is_signed) == (state.key,)


def test_what_it_has_cosigned_outlives_the_process(tmp_path: Path) -> None:
    ask(state_in(tmp_path, LOG.key), 0, 7)
    again = state_in(tmp_path, LOG.key)
    assert ask(again, 0, 7) == WitnessReply(status=409, text="7\n", is_size=True)
    assert ask(again, 7, 9, fork="x").status == 422
    assert ask(again, 7, 9).status == 200
    shown = again.shown(sha256(LOG.key.name.encode()).hexdigest())
    assert shown is not None
    assert shown.startswith(LOG.head(9).text)
    assert again.shown("0" * 64) is None


def test_of_two_histories_at_once_one_is_cosigned(tmp_path: Path) -> None:
    states = [state_in(tmp_path, LOG.key) for _ in range(2)]
    start, found = Barrier(8), []

    def race(number: int) -> None:
        start.wait()
        found.append(ask(states[number % 2], 0, 7, fork=str(number)).status)

    threads = [Thread(target=race, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [200, *[409] * 7]


def test_a_head_that_cannot_be_remembered_is_not_cosigned(tmp_path: Path) -> None:
    state = state_in(tmp_path, LOG.key)
    (tmp_path / "state.new").mkdir()
    with pytest.raises(OSError, match=r"state\.new"):
        ask(state, 0, 7)
    (tmp_path / "state.new").rmdir()
    assert ask(state, 0, 5).status == 200


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "state.json").write_text("[1]")
    with pytest.raises(ValueError, match="witness"):
        state_in(tmp_path, LOG.key)


def test_what_is_no_request_gets_400(tmp_path: Path) -> None:
    state = state_in(tmp_path, LOG.key)
    for body in (b"", b"\xff", b"old 1\n" * 1000):
        assert state.add_checkpoint(body).status == 400
