"""Policy fields as JSON, and what a wish may not ask."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from otpguard.core.assurance import AssuranceLevel, Channel
from otpguard.core.policy import RULES
from otpguard.core.policy_choices import Enforcement
from otpguard.core.presets import BASE
from otpguard.core.shipped_kinds import SHIPPED
from otpguard.core.wishes import (
    UnknownKindError,
    WishError,
    dump_policy,
    dump_wishes,
    parse_wishes,
    stored_wishes,
)
from tests.core.strategies import wishes


@given(wished=wishes)
def test_wishes_survive_json_both_ways(wished: dict[str, Any]) -> None:
    assert parse_wishes(json.loads(json.dumps(dump_wishes(wished)))) == wished


@given(wished=wishes)
def test_one_wish_has_one_json_form(wished: dict[str, Any]) -> None:
    written = dump_wishes(wished)
    assert json.dumps(dump_wishes(parse_wishes(written))) == json.dumps(written)


def test_a_complete_policy_is_written_field_by_field() -> None:
    written = dump_policy(BASE)
    assert list(written) == list(RULES)
    assert written["required_level"] == "AAL2"
    assert written["ttl"] == 1200
    assert written["enforcement"] == "enforce"
    assert written["allowed_channels"] == ["email", "sms", "voice", "whatsapp"]
    assert written["preferred_methods"] == ["sms", "whatsapp", "voice", "email"]


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        ({"ttl": 1800}, timedelta(minutes=30)),
        ({"ttl": timedelta(minutes=15)}, timedelta(minutes=15)),
        ({"required_level": "AAL3"}, AssuranceLevel.AAL3),
        ({"required_level": AssuranceLevel.AAL3}, AssuranceLevel.AAL3),
        ({"enforcement": "report_only"}, Enforcement.REPORT_ONLY),
        ({"allowed_channels": ["sms", "sms"]}, frozenset({Channel.SMS})),
        ({"allowed_channels": []}, frozenset()),
        ({"allowed_factors": ["passkey"]}, frozenset({"passkey"})),
        ({"preferred_methods": ["voice", "sms"]}, (Channel.VOICE, Channel.SMS)),
        ({"hold": 0}, timedelta(0)),
        ({"max_attempts": 5}, 5),
    ],
)
def test_a_wish_within_bounds_is_read(raw: dict[str, object], value: object) -> None:
    assert parse_wishes(raw) == dict.fromkeys(raw, value)


@pytest.mark.parametrize(
    ("field", "value", "advice"),
    [
        ("ttl", 1860, "from 60 to 1800"),
        ("ttl", timedelta(minutes=31), "from 60 to 1800"),
        ("ttl", 59, "from 60 to 1800"),
        ("ttl", "1200", "whole seconds"),
        ("ttl", 1200.0, "whole seconds"),
        ("ttl", True, "whole seconds"),
        ("ttl", None, "whole seconds"),
        ("code_ttl", 601, "from 60 to 600"),
        ("fallback_timeout", 1, "from 2 to 120"),
        ("hold", -1, "from 0 to 2592000"),
        ("max_attempts", 6, "from 1 to 5"),
        ("max_attempts", 0, "from 1 to 5"),
        ("max_attempts", True, "whole number"),
        ("active", 1, "true or false"),
        ("active", "true", "true or false"),
        ("binds_intent", None, "true or false"),
        ("required_level", "AAL4", '"AAL1", "AAL2" or "AAL3"'),
        ("required_level", 2, '"AAL1", "AAL2" or "AAL3"'),
        ("enforcement", "off", '"enforce" or "report_only"'),
        ("enforcement", 1, '"enforce" or "report_only"'),
        ("allowed_factors", ["totp", "phone"], 'must contain "passkey"'),
        ("allowed_factors", [], 'must contain "passkey"'),
        ("allowed_factors", ["passkey", "pigeon"], '"pigeon" is not one of'),
        ("allowed_channels", "sms", "must be a list of"),
        ("allowed_channels", {"sms": True}, "must be a list of"),
        ("allowed_channels", ["sms", None], '"None" is not one of'),
        ("preferred_methods", [], "at least one"),
        ("preferred_methods", ["sms", "sms"], "each once"),
    ],
)
def test_a_wish_out_of_bounds_is_refused_with_what_would_be_right(
    field: str, value: object, advice: str
) -> None:
    with pytest.raises(WishError) as caught:
        parse_wishes({field: value})
    assert caught.value.field == field
    assert advice in caught.value.message
    assert str(caught.value) == f"{field}: {caught.value.message}"


@pytest.mark.parametrize(
    ("field", "hint"),
    [("tll", 'did you mean "ttl"?'), ("require_level", 'did you mean "required_level"?')],
)
def test_an_unknown_field_names_the_nearest(field: str, hint: str) -> None:
    with pytest.raises(WishError) as caught:
        parse_wishes({field: 1})
    assert hint in caught.value.message


def test_a_tenant_cannot_switch_enforcement_and_the_site_can() -> None:
    raw = {"enforcement": "enforce"}
    assert parse_wishes(raw) == {"enforcement": Enforcement.ENFORCE}
    with pytest.raises(WishError, match="only the operators of the site"):
        parse_wishes(raw, by_tenant=True)


def test_one_bad_field_spoils_all() -> None:
    with pytest.raises(WishError, match="max_attempts"):
        parse_wishes({"ttl": 600, "max_attempts": 99})


# --- rows of another release ---------------------------------------------------------------------

STRICT = replace(BASE, required_level=AssuranceLevel.AAL3, ttl=timedelta(minutes=1))


@given(wishes)
def test_what_was_stored_is_read_as_it_was_wished(wished: dict[str, Any]) -> None:
    assert stored_wishes(dump_wishes(wished), instead=STRICT) == (wished, ())


def test_an_unknown_field_is_left_out_and_a_value_that_cannot_be_read_is_the_strict_one() -> None:
    stored = {"ttl": 600, "required_level": "AAL4", "allowed_factors": 7, "moon_phase": "full"}
    assert stored_wishes(stored, instead=STRICT) == (
        {
            "ttl": timedelta(minutes=10),
            "required_level": AssuranceLevel.AAL3,
            "allowed_factors": STRICT.allowed_factors,
        },
        ("allowed_factors", "moon_phase", "required_level"),
    )


@pytest.mark.parametrize("stored", [None, [], "ttl", 3])
def test_wishes_that_are_none_at_all_are_strict_in_every_field(stored: object) -> None:
    found, odd = stored_wishes(stored, instead=STRICT)
    assert found == {name: getattr(STRICT, name) for name in RULES}
    assert odd == tuple(RULES)


KINDS = (*SHIPPED, "card")


def test_a_kind_that_a_site_has_added_may_be_listed_and_no_other() -> None:
    listed = {"allowed_factors": ["passkey", "card"]}
    assert parse_wishes(listed, kinds=KINDS) == {"allowed_factors": {"passkey", "card"}}
    with pytest.raises(UnknownKindError, match='"card" is not one of: phone, totp'):
        parse_wishes(listed)


def test_a_stored_wish_keeps_a_kind_that_is_gone_and_falls_to_nothing_stricter() -> None:
    wishes, odd = stored_wishes({"allowed_factors": ["passkey", "card"]}, instead=BASE)
    assert wishes == {"allowed_factors": {"passkey", "card"}}
    assert odd == ()
