"""Every event as OCSF 1.8.0, held against the schema as it was published."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from functools import cache
from typing import Any, get_type_hints

import ocsf_json_schema
import pytest
from jsonschema import Draft202012Validator

from otpguard.core.events.base import CATALOG, Event, Ocsf, OcsfStatus
from otpguard.core.host_event import HOST_EVENTS, HostEvent, register_host_event
from otpguard.core.ocsf import (
    ACTIVITIES,
    CLASSES,
    PART,
    VERSION,
    OcsfContext,
    ocsf_line,
    ocsf_of,
)
from tests.core.event_bodies import FROM, body

EXAMPLES: Mapping[Any, Any] = {str: "one", int: 2, bool: True, int | None: 3}
OTHER = 99


@cache
def schema() -> ocsf_json_schema.OcsfJsonSchemaEmbedded:
    published: dict[str, Any] = ocsf_json_schema.get_ocsf_schema(VERSION)
    return ocsf_json_schema.OcsfJsonSchemaEmbedded(published)


@cache
def validator(class_uid: int) -> Draft202012Validator:
    name = schema().lookup_class_name_from_uid(class_uid)
    return Draft202012Validator(schema().get_class_schema(name))


def faults(found: Mapping[str, Any]) -> list[str]:
    """What the schema says against an event."""
    return [each.message for each in validator(found["class_uid"]).iter_errors(found)]


def example(kind: type[Event]) -> dict[str, Any]:
    """A value for each field of a kind."""
    hints = get_type_hints(kind)
    return {
        each.name: EXAMPLES.get(hints[each.name], ["a"] if "list" in str(hints[each.name]) else {})
        for each in fields(kind)
    }


def mapped(of: Mapping[str, Any], **context: Any) -> dict[str, Any]:
    return ocsf_of(of, OcsfContext(release="1.0.0", **context))


@contextmanager
def declared(code: str, ocsf: Ocsf) -> Iterator[type[HostEvent]]:
    """A kind of a host's, until the end of the block."""

    @dataclass(frozen=True, slots=True, kw_only=True)
    class Declared(HostEvent):
        """Something happened."""

    try:
        yield register_host_event(code, "It happened", ocsf=ocsf, sensitive=False)(Declared)
    finally:
        HOST_EVENTS._values.pop(code)


EMPTY = {"tenant": "", "checkpoint": "", "actor": "", "subject": "", "story": ""}


@pytest.mark.parametrize("kind", list(CATALOG), ids=lambda kind: kind.code)
def test_every_kind_is_an_event_that_the_published_schema_accepts(kind: type[Event]) -> None:
    for more, personal in (({}, FROM), (EMPTY, {})):
        found = mapped(body(kind.code, example(kind), **more), personal=personal, index=5)
        assert faults(found) == []
        assert found["type_uid"] == kind.ocsf.type_uid


def test_every_kind_has_a_class_and_an_activity_that_are_written() -> None:
    for kind in CATALOG:
        assert kind.ocsf.class_uid in CLASSES, kind
        known = ACTIVITIES[kind.ocsf.class_uid]
        assert kind.ocsf.activity in {*known, OTHER}, kind


def test_the_names_are_those_of_the_schema() -> None:
    published = ocsf_json_schema.get_ocsf_schema(VERSION)["classes"]
    by_uid = {each["uid"]: each for each in published.values()}
    for class_uid, caption in CLASSES.items():
        assert by_uid[class_uid]["caption"] == caption
        enum = by_uid[class_uid]["attributes"]["activity_id"]["enum"]
        for number, name in ACTIVITIES[class_uid].items():
            assert enum[str(number)]["caption"] == name


@pytest.mark.parametrize(
    ("kind", "without"),
    [
        ("challenge.sent", "service"),
        ("checkpoint.passed", "privileges"),
        ("key.created", "entity"),
        ("release.asked", "src_endpoint"),
        ("release.asked", "actor"),
        ("factor.enrolled", "user"),
        ("factor.enrolled", "metadata"),
    ],
)
def test_the_schema_refuses_an_event_without_what_its_class_needs(kind: str, without: str) -> None:
    found = mapped(body(kind, example(CATALOG.get(kind))))
    del found[without]
    assert faults(found)


def test_a_session_has_privileges_or_a_group_and_never_both() -> None:
    found = mapped(body("checkpoint.passed", {"grant": "g"}))
    assert found["privileges"] == ["api_key"]
    assert faults({**found, "group": {"name": "a"}})


def test_a_confirmed_challenge_is_a_step_up_and_no_login() -> None:
    found = mapped(body("challenge.verified", {"method": "totp", "attempt": 1}), personal=FROM)
    assert (found["time"], found["status_id"]) == (1778414400123, 1)
    assert (found["is_mfa"], found["is_new_logon"], found["logon_type"]) == (True, False, "Step-up")
    assert found["auth_factors"] == [{"factor_type_id": 7, "factor_type": "totp"}]
    assert found["src_endpoint"] == {"ip": "2001:db8::7"}
    assert found["user"] == {"uid": "8"}
    assert found["actor"] == {"user": {"uid": "7"}}
    assert found["metadata"]["tenant_uid"] == "0197a3b2-0000-7000-8000-0000000000aa"
    started = mapped(body("session.started", {"backend": "b", "primary": "password"}))
    assert (started["is_mfa"], started["is_new_logon"]) == (False, True)


def test_a_failure_says_so_and_why() -> None:
    found = mapped(body("challenge.rejected", {"reason": "wrong", "attempt": 1}))
    assert (found["status_id"], found["status_detail"], found["severity_id"]) == (2, "wrong", 3)


def test_an_activity_without_a_name_in_the_schema_has_the_label_of_its_kind() -> None:
    found = mapped(body("challenge.delivered"))
    assert (found["activity_id"], found["activity_name"]) == (OTHER, "A code arrived")


def test_a_kind_of_another_release_is_an_api_activity() -> None:
    found = mapped(body("moon.landed", {"a": "b"}))
    assert (found["type_uid"], found["activity_name"]) == (600399, "moon.landed")
    assert found["unmapped"]["data"] == {"a": "b"}
    assert faults(found) == []


def test_a_hosts_kind_of_a_class_that_is_not_written_says_which_it_asked_for() -> None:
    with declared("app.role.given", Ocsf(3005, 1, OcsfStatus.SUCCESS)) as kind:
        found = mapped(body(kind.code, {"what": "a"}))
        assert (found["type_uid"], found["unmapped"]["declared_type_uid"]) == (600399, 300501)
        assert faults(found) == []


def test_an_activity_of_a_host_that_has_no_name_here_becomes_the_other_one() -> None:
    with declared("app.user.locked", Ocsf(3001, 12)) as kind:
        found = mapped(body(kind.code))
        assert (found["type_uid"], found["unmapped"]["declared_type_uid"]) == (300199, 300112)
        assert faults(found) == []


def test_a_network_that_was_known_stands_with_its_address_and_none_without() -> None:
    known = {**FROM, "asn": "64496", "country": "US"}
    found = mapped(body("release.asked"), personal=known)
    there = {"autonomous_system": {"number": 64_496}, "location": {"country": "US"}}
    assert found["src_endpoint"] == {"ip": "2001:db8::7", **there}
    assert faults(found) == []
    assert mapped(body("release.asked"), personal=FROM)["src_endpoint"] == {"ip": "2001:db8::7"}


def test_what_joins_events_stands_beside_and_an_old_body_has_none() -> None:
    traces = {"request": "r-1", "session": "ab12", "source": "api", "device": "d", "intent": "i"}
    found = mapped(body("release.asked", **traces), personal={"fingerprint": "f1"})
    assert found["unmapped"].items() >= {**traces, "fingerprint": "f1"}.items()
    assert faults(found) == []
    assert not {*traces} & set(mapped(body("release.asked"))["unmapped"])


def test_an_address_that_is_none_stands_as_a_name() -> None:
    found = mapped(body("release.asked"), personal={"client_ip": "unix:"})
    assert found["src_endpoint"] == {"name": "unix:"}
    assert faults(found) == []


def test_the_index_is_the_sequence_while_the_schema_can_hold_it() -> None:
    assert mapped(body("key.created"), index=0)["metadata"]["sequence"] == 0
    assert "sequence" not in mapped(body("key.created"), index=2**31)["metadata"]


def test_an_event_of_a_selection_says_that_it_is_a_part() -> None:
    found = mapped(body("key.created"), part=True)
    assert found["metadata"]["labels"] == [PART]
    assert faults(found) == []


def test_a_line_is_one_json_object_with_a_newline() -> None:
    line = ocsf_line(body("key.created", {"name": "a\nb\ud800"}), OcsfContext(release="1"))
    assert line.count(b"\n") == 1
    assert json.loads(line)["unmapped"]["data"]["name"] == "a\nb?"


def test_a_body_that_is_none_of_ours_is_refused() -> None:
    with pytest.raises(KeyError):
        mapped({"kind": "key.created"})
    with pytest.raises(ValueError, match="isoformat"):
        mapped(body("key.created", at="yesterday"))
