"""What an event means, and that no event makes anything."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from otpguard.core.federation.security_event import (
    EVENT_TYPES,
    LONGEST_REASON,
    Dialect,
    EventFault,
    EventRefusedError,
    SecurityEvent,
    SignalEffect,
    read_event,
)

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
SSF = "https://schemas.openid.net/secevent/ssf/event-type/"
IAT = int(NOW.timestamp()) - 100


def read(kind: str, dialect: Dialect = Dialect.CAEP, **said: Any) -> SecurityEvent:
    claims = {"iat": IAT, "events": {kind: said}}
    return read_event(claims, dialect=dialect, now=NOW)


def fault_of(claims: dict[str, Any]) -> EventFault:
    with pytest.raises(EventRefusedError) as caught:
        read_event({"iat": IAT, **claims}, dialect=Dialect.CAEP, now=NOW)
    return caught.value.fault


LEVEL = {"namespace": "NIST-AAL", "current_level": "nist-aal1"}
KEY = {"credential_type": "fido2-roaming"}
STATE = {"previous_status": "compliant", "current_status": "not-compliant"}


@pytest.mark.parametrize(
    ("name", "said", "effect"),
    [
        ("session-revoked", {}, SignalEffect.SESSIONS),
        ("credential-change", {**KEY, "change_type": "revoke"}, SignalEffect.PROVIDER_PROOFS),
        ("credential-change", {**KEY, "change_type": "create"}, SignalEffect.NOTHING),
        ("assurance-level-change", LEVEL, SignalEffect.PROVIDER_PROOFS),
        (
            "assurance-level-change",
            {**LEVEL, "change_direction": "decrease"},
            SignalEffect.PROVIDER_PROOFS,
        ),
        ("assurance-level-change", {**LEVEL, "change_direction": "increase"}, SignalEffect.NOTHING),
        ("device-compliance-change", STATE, SignalEffect.PROOFS),
        (
            "device-compliance-change",
            {"previous_status": "not-compliant", "current_status": "compliant"},
            SignalEffect.NOTHING,
        ),
        ("risk-level-change", {}, SignalEffect.NOTHING),
    ],
)
def test_an_event_ends_what_it_is_about_and_better_news_end_nothing(
    name: str, said: dict[str, Any], effect: SignalEffect
) -> None:
    assert read(f"{CAEP}{name}", **said).effect is effect


def test_a_higher_level_there_makes_nothing_here() -> None:
    said = {**LEVEL, "current_level": "nist-aal3", "change_direction": "increase"}
    assert read(f"{CAEP}assurance-level-change", **said).effect is SignalEffect.NOTHING


def test_the_names_of_google_are_a_list_of_their_own() -> None:
    found = read(f"{RISC}sessions-revoked", Dialect.RISC)
    assert (found.name, found.effect) == ("sessions-revoked", SignalEffect.SESSIONS)
    assert not EVENT_TYPES[Dialect.CAEP].keys() & EVENT_TYPES[Dialect.RISC].keys()
    assert fault_of({"events": {f"{RISC}sessions-revoked": {}}}) is EventFault.INVALID_REQUEST


@pytest.mark.parametrize(
    "events",
    [
        None,
        [],
        {},
        {f"{CAEP}session-revoked": {}, f"{CAEP}session-presented": {}},
        {"https://evil.example/raise-level": {}},
        {f"{CAEP}session-revoked": 7},
        {f"{CAEP}session-revoked": {"event_timestamp": "now"}},
        {f"{CAEP}session-revoked": {"event_timestamp": 10**30}},
        {f"{CAEP}session-revoked": {"event_timestamp": True}},
        {f"{CAEP}credential-change": {"credential_type": "pin"}},
        {f"{CAEP}assurance-level-change": {"namespace": "NIST-AAL"}},
        {f"{CAEP}device-compliance-change": {"current_status": ["compliant"]}},
    ],
)
def test_what_is_no_event_is_refused(events: Any) -> None:
    assert fault_of({"events": events}) is EventFault.INVALID_REQUEST


def test_the_time_is_that_of_the_event_then_of_the_token_and_never_ahead() -> None:
    at = read(f"{CAEP}session-revoked", event_timestamp=IAT - 50).at
    assert at.timestamp() == IAT - 50
    assert read(f"{CAEP}session-revoked").at.timestamp() == IAT
    assert read(f"{CAEP}session-revoked", event_timestamp=IAT + 10**6).at == NOW


@pytest.mark.parametrize(
    ("sub_id", "pairs", "emails"),
    [
        ({"format": "iss_sub", "iss": "i", "sub": "s"}, (("i", "s"),), ()),
        ({"format": "email", "email": "a@b.example"}, (), ("a@b.example",)),
        (
            {"format": "complex", "user": {"iss": "i", "sub": "s"}, "device": {"id": "d"}},
            (("i", "s"),),
            (),
        ),
        (
            {"format": "aliases", "identifiers": [{"iss": "i", "sub": "s"}, {"email": "a@b.c"}]},
            (("i", "s"),),
            ("a@b.c",),
        ),
        ({"format": "complex", "device": {"iss": 1, "sub": "s"}}, (), ()),
        ({"format": "iss_sub", "iss": "i", "sub": "s\0"}, (), ()),
        ({"format": "iss_sub", "iss": "i", "sub": "s\ud800"}, (), ()),
        ({"format": "email", "email": "\ud800@b.example"}, (), ()),
        ({"user": {"user": {"iss": "i", "sub": "s"}}}, (), ()),
        ({"format": "aliases", "identifiers": [7] * 9}, (), ()),
        ("alice", (), ()),
    ],
)
def test_a_subject_is_read_in_every_form_or_is_nobody(
    sub_id: Any, pairs: tuple[Any, ...], emails: tuple[str, ...]
) -> None:
    claims = {"iat": IAT, "sub_id": sub_id, "events": {f"{CAEP}session-revoked": {}}}
    found = read_event(claims, dialect=Dialect.CAEP, now=NOW).subject
    assert (found.pairs, found.emails) == (pairs, emails)


def test_older_transmitters_name_the_subject_inside_of_the_event() -> None:
    said = {"subject": {"subject_type": "iss-sub", "iss": "i", "sub": "s"}}
    assert read(f"{RISC}account-disabled", Dialect.RISC, **said).subject.pairs == (("i", "s"),)


def test_a_reason_is_one_short_line() -> None:
    kind = f"{CAEP}session-revoked"
    assert read(kind, reason_admin={"en": "Landspeed\nrule"}).reason == "Landspeed rule"
    assert len(read(kind, reason_admin="x" * 500).reason) == LONGEST_REASON
    assert read(kind, reason_admin={"en": 7}).reason == ""
    assert read(kind, reason_admin="a\ud800b").reason == "a b"


def test_a_verification_brings_its_state() -> None:
    found = read(f"{SSF}verification", state="abc")
    assert (found.is_verification, found.state) == (True, "abc")
    for state in (7, "\ud800"):
        assert read(f"{SSF}verification", state=state).state == "\0"
