"""The file that shows one event to be in the log."""

from __future__ import annotations

from dataclasses import replace

import pytest

from otpguard.core.sealing.ed25519 import is_signed
from otpguard.core.sealing.note import NoteError, NoteKey
from otpguard.core.sealing.proof_file import ProofFile
from otpguard.core.sealing.tree import ProofError
from tests.core.sealing.examples import GO_KEY, LOG_KEY, PROOF

KEYS = [NoteKey.parse(LOG_KEY)]


def test_a_proof_is_read_written_back_and_verifies() -> None:
    proof = ProofFile.parse(PROOF)
    assert proof.text() == PROOF
    assert proof.verify(b'{"n":5}', KEYS, is_signed).size == 7
    assert ProofFile.parse(PROOF.replace("index 5\n", "index 5\nextra AAAA\n")) == proof


@pytest.mark.parametrize("leaf", [b'{"n":4}', b'{"n":5} ', b""])
def test_another_event_is_not_shown(leaf: bytes) -> None:
    with pytest.raises(ProofError):
        ProofFile.parse(PROOF).verify(leaf, KEYS, is_signed)


def test_another_index_is_not_shown() -> None:
    with pytest.raises(ProofError):
        replace(ProofFile.parse(PROOF), index=4).verify(b'{"n":5}', KEYS, is_signed)


def test_a_head_that_no_trusted_key_signed_shows_nothing() -> None:
    with pytest.raises(NoteError):
        ProofFile.parse(PROOF).verify(b'{"n":5}', [NoteKey.parse(GO_KEY)], is_signed)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("@v1", "@v2"),
        ("index 5", "index -5"),
        ("index 5", "index"),
        ("index 5", "number 5"),
        ("Z8vz", "!!!!"),
        ("\n\naudit", "\naudit"),
    ],
)
def test_what_is_no_proof_is_refused(old: str, new: str) -> None:
    assert old in PROOF
    with pytest.raises(NoteError):
        ProofFile.parse(PROOF.replace(old, new, 1)).verify(b'{"n":5}', KEYS, is_signed)


def test_a_proof_of_too_many_hashes_is_refused() -> None:
    line = "Z8vzSda05Mr0MKlnUcpTIhRBTC+Mn3xWervD5S8t85E=\n"
    with pytest.raises(NoteError):
        ProofFile.parse(PROOF.replace(line, line * 62))
