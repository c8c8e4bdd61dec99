"""What a service sends is read as strictly as a policy."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from otpguard.core.assurance import Channel
from otpguard.core.verification import VelocityProfile, Wanted, body_of, read_wanted
from otpguard.core.wishes import WishError

NUMBER = "+12015550123"


def read(**given: Any) -> Wanted:
    return read_wanted({"to": NUMBER, **given}, default_region="US")


def test_the_sample_of_a_vendor_is_understood() -> None:
    wanted = read(
        preferred_methods=["SMS", "WHATSAPP", "VOICE"],
        fallback_timeout=8,
        velocity_profile="strict",
        audit_metadata={
            "tenant": "acme",
            "user": "u-17",
            "action": "billing_change",
            "session_context": {"client_ip": "203.0.113.9", "user_agent": "Firefox"},
        },
    )
    assert wanted.number.e164 == NUMBER
    assert wanted.options.preferred_methods == (Channel.SMS, Channel.WHATSAPP, Channel.VOICE)
    assert wanted.options.fallback_timeout == timedelta(seconds=8)
    assert wanted.profile is VelocityProfile.STRICT
    assert (wanted.action, wanted.target) == ("billing_change", "billing_change · u-17")
    assert (wanted.client_ip, wanted.agent) == ("203.0.113.9", "Firefox")


def test_a_number_without_its_country_code_is_one_of_the_region() -> None:
    assert read_wanted({"to": "030 1234567", "region": "de"}, default_region="US").number.e164 == (
        "+49301234567"
    )


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"to": "12"}, "to"),
        ({"to": 12015550123}, "to"),
        ({"to": "1" * 5000}, "to"),
        ({"region": "usa"}, "region"),
        ({"velocity_profile": "loose"}, "velocity_profile"),
        ({"velocity_profile": []}, "velocity_profile"),
        ({"fallback_timeout": 1}, "fallback_timeout"),
        ({"preferred_methods": ["pigeon"]}, "preferred_methods"),
        ({"preferred_methods": [[]]}, "preferred_methods"),
        ({"action": "DROP TABLE"}, "action"),
        ({"template": "mine"}, "template"),
        ({"audit_metadata": "x"}, "audit_metadata"),
        ({"audit_metadata": {"users": "x"}}, "audit_metadata.users"),
        ({"action": "a", "audit_metadata": {"action": "b"}}, "audit_metadata.action"),
        (
            {"audit_metadata": {"session_context": {"client_ip": "home"}}},
            "audit_metadata.session_context.client_ip",
        ),
        (
            {"audit_metadata": {"session_context": {"cookie": "s3cret"}}},
            "audit_metadata.session_context.cookie",
        ),
    ],
)
def test_what_cannot_be_is_named(given: dict[str, Any], field: str) -> None:
    with pytest.raises(WishError) as caught:
        read(**given)
    assert caught.value.field == field


def test_the_order_of_a_body_says_nothing() -> None:
    assert body_of({"a": 1, "b": {"c": 2, "d": 3}}) == body_of({"b": {"d": 3, "c": 2}, "a": 1})
    assert body_of({"a": 1}) != body_of({"a": 2})
