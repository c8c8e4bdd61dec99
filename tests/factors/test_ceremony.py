"""How answers and states are read, and the checks that both ceremonies share."""

from __future__ import annotations

import json
from typing import Any

import pytest
from fido2.webauthn import CollectedClientData

from otpguard.core.reasons import CeremonyFault
from otpguard.factors.ceremony import (
    Asked,
    CeremonyError,
    Purpose,
    blaming,
    check_client,
    read_answer,
    read_state,
    unpacked,
    write_state,
)
from tests.factors.ceremonies import ORIGIN, PARTY, fault_of

ASKED = Asked(challenge=b"c" * 32, user_verification="required")
STATE = json.loads(write_state(Purpose.ASSERTION, PARTY, ASKED))


@pytest.mark.parametrize("purpose", Purpose)
def test_a_state_gives_back_what_was_asked(purpose: Purpose) -> None:
    assert read_state(purpose, PARTY, write_state(purpose, PARTY, ASKED)) == ASKED


@pytest.mark.parametrize(
    "change",
    [
        {"purpose": "webauthn.create"},
        {"purpose": None},
        {"party": "other.example"},
        {"party": ""},
        {"challenge": ""},
        {"challenge": "Y2M"},
        {"challenge": STATE["challenge"] + "="},
        {"challenge": None},
        {"user_verification": "discouraged"},
        {"user_verification": None},
        {"user_verification": []},
    ],
    ids=str,
)
def test_a_changed_state_is_refused(change: dict[str, Any]) -> None:
    changed = json.dumps({**STATE, **change})
    act = fault_of(lambda: read_state(Purpose.ASSERTION, PARTY, changed))
    assert act is CeremonyFault.STATE


@pytest.mark.parametrize("name", sorted(STATE))
def test_a_state_with_a_part_missing_is_refused(name: str) -> None:
    rest = json.dumps({key: value for key, value in STATE.items() if key != name})
    assert fault_of(lambda: read_state(Purpose.ASSERTION, PARTY, rest)) is CeremonyFault.STATE


@pytest.mark.parametrize("state", ["", "null", "[]", "{", '"text"'])
def test_a_state_that_is_none_is_refused(state: str) -> None:
    assert fault_of(lambda: read_state(Purpose.ASSERTION, PARTY, state)) is CeremonyFault.STATE


def test_an_answer_is_its_credential_and_its_response() -> None:
    body = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {"a": 1}}
    assert read_answer(body) == read_answer(json.dumps(body)) == (bytes(3), {"a": 1})


@pytest.mark.parametrize(
    "change",
    [
        {"type": "password"},
        {"type": None},
        {"id": "BBBB"},
        {"rawId": "BBBB"},
        {"id": "AAAA=", "rawId": "AAAA="},
        {"id": "AA A", "rawId": "AA A"},
        {"id": 7, "rawId": 7},
        {"response": []},
        {"response": None},
    ],
    ids=str,
)
def test_an_answer_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    good = {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}}
    assert fault_of(lambda: read_answer({**good, **change})) is CeremonyFault.MALFORMED


@pytest.mark.parametrize("text", ["AA==", "A", "AB", "A A", "++++", "äöü"])
def test_one_value_has_one_text(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (of several kinds)
        unpacked(text)
    assert unpacked("-_8") == b"\xfb\xff"


@pytest.mark.parametrize("origin", [None, 7, [ORIGIN], {ORIGIN: ORIGIN}])
def test_an_origin_that_is_no_text_is_refused(origin: object) -> None:
    said = {"type": "webauthn.get", "challenge": STATE["challenge"], "origin": origin}
    client = CollectedClientData(json.dumps(said).encode())
    act = fault_of(
        lambda: check_client(client, purpose=Purpose.ASSERTION, party=PARTY, asked=ASKED)
    )
    assert act is CeremonyFault.ORIGIN


def test_client_data_need_not_speak_of_frames() -> None:
    said = {"type": "webauthn.get", "challenge": STATE["challenge"], "origin": ORIGIN, "new": 1}
    client = CollectedClientData(json.dumps(said).encode())
    check_client(client, purpose=Purpose.ASSERTION, party=PARTY, asked=ASKED)


def test_blame_keeps_the_first_reason_and_covers_every_exception() -> None:
    def refuse() -> None:
        with blaming(CeremonyFault.MALFORMED):
            raise CeremonyError(CeremonyFault.ORIGIN)

    def stumble() -> None:
        with blaming(CeremonyFault.MALFORMED):
            raise RecursionError

    assert fault_of(refuse) is CeremonyFault.ORIGIN
    assert fault_of(stumble) is CeremonyFault.MALFORMED


def test_a_refusal_says_its_reason() -> None:
    assert str(CeremonyError(CeremonyFault.CROSS_ORIGIN)) == "refused: cross_origin"
