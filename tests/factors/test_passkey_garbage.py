"""Whatever a stranger sends ends in a refusal, never in another exception."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from fido2.utils import websafe_decode, websafe_encode
from hypothesis import given, settings
from hypothesis import strategies as st

from otpguard.core.reasons import CeremonyFault
from otpguard.factors import passkey
from otpguard.factors.ceremony import read_authenticator_data
from otpguard.factors.passkey import (
    Asserted,
    CeremonyError,
    Registered,
)
from tests.authenticator import ES256
from tests.factors.ceremonies import (
    MAKER,
    PARTY,
    TRUST,
    begin,
    finish,
    known,
    make,
    register,
)

scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4)
    ),
    max_leaves=12,
)
VICTIM: Final = make(algorithm=ES256, attestation=MAKER)
ROW: Final = known(register(VICTIM))
QUESTION: Final = begin()
ANSWER: Final = VICTIM.create(QUESTION.options)
CHALLENGE: Final = passkey.begin_assertion(party=PARTY, known=[ROW], require_user_verification=True)
PROOF: Final = VICTIM.get(CHALLENGE.options)


def complete(body: Any, *, state: str | None = None) -> Registered | None:
    """The credential registered, or None for a refusal; any other exception fails the test."""
    try:
        return passkey.finish_registration(
            party=PARTY, state=state or QUESTION.state, body=body, existing=[], trust=TRUST
        )
    except CeremonyError:
        return None


def accept(body: Any, *, state: str | None = None) -> Asserted | None:
    """The same for an assertion."""
    try:
        return passkey.finish_assertion(
            party=PARTY,
            state=state or CHALLENGE.state,
            body=body,
            known=[ROW],
        )
    except CeremonyError:
        return None


def test_the_answers_that_are_spoiled_below_are_good_ones() -> None:
    assert complete(ANSWER)
    assert accept(PROOF)


@settings(deadline=None)
@given(garbage=json_values | st.binary(max_size=80))
def test_garbage_is_refused_and_nothing_else_happens(garbage: Any) -> None:
    for act in (complete, accept):
        assert act(garbage) is None
        assert act({"response": garbage, "type": "public-key", "id": "AA", "rawId": "AA"}) is None


@settings(deadline=None)
@given(state=st.text(max_size=80) | json_values.map(json.dumps))
def test_a_state_that_is_garbage_is_refused(state: str) -> None:
    assert complete(ANSWER, state=state or " ") is None
    assert accept(PROOF, state=state or " ") is None


def fields(body: dict[str, Any]) -> list[tuple[str, ...]]:
    return [(key,) for key in body] + [("response", key) for key in body["response"]]


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_field_replaced_or_missing_is_at_most_refused(data: st.DataObject) -> None:
    act, good = data.draw(st.sampled_from([(complete, ANSWER), (accept, PROOF)]))
    body = json.loads(json.dumps(good))
    *rooms, name = data.draw(st.sampled_from(fields(body)))
    place = body[rooms[0]] if rooms else body
    if data.draw(st.booleans()):
        del place[name]
    else:
        place[name] = data.draw(json_values | st.binary(max_size=40))
    act(body)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_changed_bytes_never_make_an_exception_nor_a_proof(data: st.DataObject) -> None:
    act, good, name = data.draw(
        st.sampled_from(
            [
                (complete, ANSWER, "clientDataJSON"),
                (complete, ANSWER, "attestationObject"),
                (accept, PROOF, "clientDataJSON"),
                (accept, PROOF, "authenticatorData"),
                (accept, PROOF, "signature"),
            ]
        )
    )
    body = json.loads(json.dumps(good))
    content = bytearray(websafe_decode(body["response"][name]))
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        content[at] ^= data.draw(st.integers(1, 255))
    else:
        content[at : at + data.draw(st.integers(1, 40))] = data.draw(st.binary(max_size=8))
    if bytes(content) == websafe_decode(good["response"][name]):
        return
    body["response"][name] = websafe_encode(bytes(content))
    result = act(body)
    # Only certificates have bytes that no signature here covers: those of the untrusted are none.
    assert result is None or (isinstance(result, Registered) and not result.attested)


@pytest.mark.parametrize("body", ["", "null", "[" * 20_000, "1" * 9_000, '{"a":' * 6_000, "\ud800"])
def test_text_that_makes_parsers_stumble_is_refused(body: str) -> None:
    assert complete(body) is None
    assert accept(body) is None


def test_an_answer_of_unreasonable_length_is_refused_unread() -> None:
    long = {**ANSWER, "padding": "x" * 33_000}
    assert finish(QUESTION.state, long) is CeremonyFault.MALFORMED


def lengthened(raw: bytes, text: bytes) -> bytes:
    """`raw` with the length byte before `text` one too great, and nothing else changed."""
    at = raw.rindex(text) - 1
    assert raw[at] == len(text)
    return raw[:at] + bytes([raw[at] + 1]) + raw[at + 1 :]


def test_a_statement_whose_last_string_is_shorter_than_its_length_is_refused() -> None:
    raw = websafe_decode(ANSWER["response"]["attestationObject"])
    data = websafe_decode(ANSWER["response"]["authenticatorData"])
    assert raw.endswith(data)
    body = json.loads(json.dumps(ANSWER))
    body["response"]["attestationObject"] = websafe_encode(lengthened(raw, data))
    assert finish(QUESTION.state, body) is CeremonyFault.MALFORMED


def test_a_statement_with_a_byte_too_many_is_refused() -> None:
    body = json.loads(json.dumps(ANSWER))
    raw = websafe_decode(ANSWER["response"]["attestationObject"])
    body["response"]["attestationObject"] = websafe_encode(raw + b"\0")
    assert finish(QUESTION.state, body) is CeremonyFault.MALFORMED


@pytest.mark.parametrize("extensions", [b"\xa1\x61a\x42x", b"\xa1\x61a\x61", b"\xa1\x61a\x58\x01"])
def test_an_extension_shorter_than_its_length_is_refused(extensions: bytes) -> None:
    data = websafe_decode(PROOF["response"]["authenticatorData"])
    extended = data[:32] + bytes([data[32] | 0x80]) + data[33:] + extensions
    with pytest.raises(ValueError):  # noqa: PT011 (ours, or the text decoder's)
        read_authenticator_data(websafe_encode(extended))


def test_an_extension_of_its_stated_length_is_read() -> None:
    data = websafe_decode(PROOF["response"]["authenticatorData"])
    extended = data[:32] + bytes([data[32] | 0x80]) + data[33:] + b"\xa1\x61a\x42xy"
    assert read_authenticator_data(websafe_encode(extended)).extensions == {"a": b"xy"}


def test_nested_cbor_is_refused() -> None:
    body = json.loads(json.dumps(ANSWER))
    body["response"]["attestationObject"] = websafe_encode(b"\x81" * 12_000)
    assert finish(QUESTION.state, body) is CeremonyFault.MALFORMED
