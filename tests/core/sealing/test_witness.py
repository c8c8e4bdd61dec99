"""Requests to a witness, and what it answers, by the printed example of C2SP."""

from __future__ import annotations

import pytest

from otpguard.core.sealing.ed25519 import is_signed
from otpguard.core.sealing.note import Head, NoteError, NoteKey, SignedNote
from otpguard.core.sealing.witness import AddCheckpoint, answer_ask
from tests.audit.witnessing import OtherLog

LOG = OtherLog()
ORIGIN = "audit.example.com/i7/0197a3b20000700080000000000000aa"
LOG_KEY = NoteKey.parse(f"{ORIGIN}+2e438c66+AZmGW1LJqjkJW/b27iwQ/oxxK9ey1fUwYjMkBEZLTCnU")
WITNESS_KEY = NoteKey.parse(
    "witness.example.net/w1+f3f69d8d+BIGAwxo62kWF8X2OA8DbO8+3Ek2Btj4TUsGsF6T2NzTx"
)
NOTE = f"""\
{ORIGIN}
7
ju+6vaTwi1RItNuwTrHrzyzYa/Nn0cD+wyFIgqkbe54=

— {ORIGIN} LkOMZgagZibuUrghlROzejHhNrkAd+IsaT2ofGhmSTHiLFswElZqHr1P/u/bx0dJvQ8a0iuHe3OVamxnFkHroDYaIQU=
"""  # noqa: E501 (as printed)
COSIGNED = (
    "— witness.example.net/w1 8/adjQAAAABrSdIA8MuTuloZsyjegPrLxyc1SQbjL7S9nxa9m05Vy3mrfj0641pkn4rW"
    "pYvx+0qV9aUp8TA4UwpxeYK0Q3ZRsOxJCg==\n"
)
ASK = f"""\
old 3
PR3ndt8IbBrp9wSdK7DAR1rRQYX5h+Bk6NENyy20oyI=
10otHyrxwcrWxeiob8hpFi59HqAecpq/8XhR0QlI+ZQ=
O63IBTfwKeG7dygNyFIDzy7ZdI3I9XEjD8ulwybJEGg=
LdgcWRHnNMaadFY22ZkAO1Qh7iBxBzbI0iRUtULajVw=

{NOTE}"""
ROOT_OF_3 = "LP73YnWX4AtWSXV3Stco7yEHBnWfym1kE4xt/By/LNo="


def known(size: int, log: OtherLog = LOG) -> Head:
    return Head.parse(log.head(size).text)


def status(old: int, size: int, at: int | None, **more: str) -> int:
    """The answer to an honest proof for one of the log's heads."""
    note = LOG.head(size, **more)
    proof = LOG.proof(old, size) if old <= size else ()
    ask = AddCheckpoint.parse(AddCheckpoint(old=old, proof=proof, note=note).text())
    head = known(at) if at is not None else None
    return answer_ask(ask, [LOG.key], head, is_signed).status


def test_the_example_of_the_specification_is_read_written_and_answered() -> None:
    ask = AddCheckpoint.parse(ASK)
    assert ask.text() == ASK
    old = Head.parse(f"{ORIGIN}\n3\n{ROOT_OF_3}\n")
    answer = answer_ask(ask, [LOG_KEY], old, is_signed)
    assert (answer.status, answer.head) == (200, Head.parse(ask.note.text))


def test_the_cosignature_of_the_example_verifies_with_its_time() -> None:
    note = SignedNote.parse(NOTE + COSIGNED)
    assert note.verified_by([LOG_KEY, WITNESS_KEY], is_signed) == (LOG_KEY, WITNESS_KEY)
    assert note.time_by(WITNESS_KEY) == 1_800_000_000


def test_a_log_that_grows_is_cosigned() -> None:
    assert status(0, 7, None) == 200
    assert status(7, 20, 7) == 200
    assert status(20, 20, 20) == 200


def test_another_old_size_is_a_conflict_that_names_the_one_known() -> None:
    ask = AddCheckpoint(old=3, proof=LOG.proof(3, 20), note=LOG.head(20))
    answer = answer_ask(ask, [LOG.key], known(7), is_signed)
    assert (answer.status, answer.size) == (409, 7)
    assert status(3, 20, None) == 409


def test_another_history_is_never_cosigned() -> None:
    assert status(7, 20, 7, fork="x") == 422
    assert status(7, 7, 7, fork="x") == 422
    hashes = AddCheckpoint(old=0, proof=(b"h" * 32,), note=LOG.head(7))
    assert answer_ask(hashes, [LOG.key], None, is_signed).status == 422


def test_a_log_that_is_not_known_and_a_key_that_is_not_trusted_differ() -> None:
    ask = AddCheckpoint(old=0, proof=(), note=LOG.head(7))
    assert answer_ask(ask, [LOG_KEY], None, is_signed).status == 404
    stranger = NoteKey(name=LOG.key.name, public=LOG_KEY.public)
    assert answer_ask(ask, [stranger], None, is_signed).status == 403


def test_an_old_size_above_the_new_one_is_a_mistake() -> None:
    assert status(8, 7, 8) == 400


@pytest.mark.parametrize(
    "text",
    [
        "",
        "old 07\n\n" + NOTE,
        "old -1\n\n" + NOTE,
        "old 3\nnot base64\n\n" + NOTE,
        "old 3\n" + "PR3ndt8IbBrp9wSdK7DAR1rRQYX5h+Bk6NENyy20oyI=\n" * 64 + "\n" + NOTE,
        "old 3\n\nno note",
        "new 3\n\n" + NOTE,
    ],
    ids=["empty", "zero in front", "negative", "no hash", "too many", "no note", "no size"],
)
def test_what_is_no_request_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        AddCheckpoint.parse(text)
