"""Signed notes, keys and heads: the examples of C2SP and Go, and texts that are none."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace
from hashlib import sha256

import pytest

from otpguard.core.sealing.ed25519 import is_signed
from otpguard.core.sealing.note import (
    COSIGNS,
    Head,
    NoteError,
    NoteKey,
    SignedNote,
    cosigned_line,
    hash_of,
    signed_line,
)
from otpguard.core.sealing.tree import EMPTY_ROOT
from tests.core.sealing.examples import GO_KEY, GO_NOTE, HEAD, LOG_KEY, ORIGIN, WITNESS_KEY


def test_the_example_of_go_and_c2sp_verifies_and_is_written_back() -> None:
    key = NoteKey.parse(GO_KEY)
    note = SignedNote.parse(GO_NOTE)
    assert note.verified_by([key], is_signed) == (key,)
    assert (note.full(), key.text()) == (GO_NOTE, GO_KEY)
    (line,) = note.signatures
    assert SignedNote(note.text, (signed_line(key, line.blob),)) == note


@pytest.mark.parametrize(
    ("old", "new"), [("cryptography", "cryptographY"), ("x08go/ZJ", "x08go/ZK")]
)
def test_a_changed_example_is_refused(old: str, new: str) -> None:
    note = SignedNote.parse(GO_NOTE.replace(old, new))
    with pytest.raises(NoteError, match="does not verify"):
        note.verified_by([NoteKey.parse(GO_KEY)], is_signed)


def test_a_head_with_a_cosignature_verifies_and_names_its_time() -> None:
    log, witness = NoteKey.parse(LOG_KEY), NoteKey.parse(WITNESS_KEY)
    note = SignedNote.parse(HEAD)
    assert note.verified_by([log, witness], is_signed) == (log, witness)
    assert note.time_by(witness) == 1_800_000_000
    assert note.time_by(replace(witness, name="other")) is None
    head = Head.parse(note.text)
    assert (head.origin, head.size, head.text()) == (ORIGIN, 7, note.text)
    signature = note.signatures[1].blob[8:]
    assert cosigned_line(witness, 1_800_000_000, signature) == note.signatures[1]
    assert witness.kind == COSIGNS


def test_a_cosignature_at_another_time_is_refused() -> None:
    log, witness = NoteKey.parse(LOG_KEY), NoteKey.parse(WITNESS_KEY)
    note = SignedNote.parse(HEAD)
    later = cosigned_line(witness, 1_800_000_001, note.signatures[1].blob[8:])
    with pytest.raises(NoteError, match="does not verify"):
        SignedNote(note.text, (note.signatures[0], later)).verified_by([log, witness], is_signed)
    short = SignedNote(note.text, (signed_line(witness, b"short"),))
    with pytest.raises(NoteError, match="length"):
        short.verified_by([witness], is_signed)


def test_lines_of_unknown_keys_are_passed_over_but_one_must_be_known() -> None:
    log, go = NoteKey.parse(LOG_KEY), NoteKey.parse(GO_KEY)
    note = SignedNote.parse(HEAD)
    assert note.verified_by([log, go], is_signed) == (log,)
    with pytest.raises(NoteError, match="no trusted key"):
        note.verified_by([go], is_signed)
    # The same name with another key is another signer.
    with pytest.raises(NoteError, match="no trusted key"):
        note.verified_by([replace(log, public=go.public)], is_signed)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "text\n",
        "text\n\n",
        "text\n\n— name\n",
        "text\n\n- name AAAAAAA=\n",
        "text\n\n— name AAAAAA==\n",
        "text\n\n— na+me AAAAAAA=\n",
        "text\n\n— name !!!!!!!!\n",
        GO_NOTE.replace("\n", "\r\n"),
        GO_NOTE.replace("then", "then\t"),
        GO_NOTE.removesuffix("\n"),
        "x" * 100_001,
        "text\n\n" + "— name AAAAAAA=\n" * 101,
    ],
)
def test_what_is_no_note_is_refused(wrong: str) -> None:
    with pytest.raises(NoteError):
        SignedNote.parse(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "name",
        GO_KEY.replace("c74f20a3", "c74f20a4"),
        GO_KEY.replace("PeterNeumann", "Peter Neumann"),
        GO_KEY.replace("+AR", "+BR"),
        GO_KEY.replace("+AR", "+CR"),
        f"{GO_KEY[:-4]}",
        f"{GO_KEY}=",
    ],
)
def test_what_is_no_key_is_refused(wrong: str) -> None:
    with pytest.raises(NoteError):
        NoteKey.parse(wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        "origin\n7\n",
        "origin\n07\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "origin\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "origin\n9223372036854775808\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "origin\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
        "origin\n7\n47DEQpj8HBSa\n",
        "origin\n7\n!\n",
        "origin\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nmore\n",
        "origin\n0\nju+6vaTwi1RItNuwTrHrzyzYa/Nn0cD+wyFIgqkbe54=\n",
    ],
)
def test_what_is_no_head_is_refused(wrong: str) -> None:
    with pytest.raises(NoteError):
        Head.parse(wrong)


def test_an_empty_log_has_the_hash_of_nothing() -> None:
    text = Head(origin="o", size=0, root=EMPTY_ROOT).text()
    assert Head.parse(text).root == sha256(b"").digest() == hash_of(text.split("\n")[2])
    assert b64decode(text.split("\n")[2]) == EMPTY_ROOT
