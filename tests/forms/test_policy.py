"""Input of policy wishes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from otpguard.core.assurance import AssuranceLevel, Channel
from otpguard.core.policy import RULES
from otpguard.core.wishes import dump_wishes
from otpguard.forms.policy import PolicyForm, initial_of


def form_of(**typed: Any) -> PolicyForm:
    return PolicyForm(typed, by_tenant=True)


def test_there_is_a_field_with_help_for_each_policy_field_a_tenant_may_set() -> None:
    form = form_of()
    assert list(form.fields) == [name for name, rule in RULES.items() if not rule.site_only]
    assert all(field.help_text and not field.required for field in form.fields.values())


def test_the_help_of_a_field_says_its_bounds_with_their_unit_or_its_words() -> None:
    fields = form_of().fields
    assert str(fields["code_ttl"].help_text) == (
        "How long a code can be entered. From 1 min to 10 min."
    )
    assert str(fields["max_attempts"].help_text).endswith("From 1 to 5 tries.")
    assert str(fields["preferred_methods"].help_text).endswith(
        "Names in order, separated by commas: sms, whatsapp, voice, email."
    )
    assert str(fields["active"].help_text) == "Ask for proof at this checkpoint at all."


def test_a_choice_is_offered_by_its_label() -> None:
    def offered(name: str) -> list[tuple[str, str]]:
        field: Any = form_of().fields[name]
        return [(value, str(text)) for value, text in field.choices]

    assert offered("user_verification") == [
        ("", "default"),
        ("preferred", "where it can"),
        ("required", "always"),
    ]
    assert offered("required_level")[2] == ("AAL2", "a second way to confirm (AAL2)")
    assert offered("allowed_channels")[0] == ("sms", "text message")
    assert offered("allowed_factors")[1] == ("totp", "Authenticator app")
    assert offered("active") == [("", "default"), ("true", "yes"), ("false", "no")]


def test_an_empty_form_wishes_nothing() -> None:
    form = form_of(ttl="", required_level="", active="")
    assert form.is_valid()
    assert form.wishes == {}


def test_every_field_is_read_into_its_own_type() -> None:
    form = form_of(
        active="false",
        required_level="AAL3",
        ttl="600 s",
        binds_intent="true",
        allowed_factors=["passkey", "phone"],
        allowed_channels=["sms"],
        preferred_methods="voice, sms",
        preferred_methods_by_country="IN: whatsapp, sms; DE: sms;",
        max_attempts="3",
        hold="0 s",
    )
    assert form.is_valid(), form.errors
    assert form.wishes == {
        "active": False,
        "required_level": AssuranceLevel.AAL3,
        "ttl": timedelta(minutes=10),
        "binds_intent": True,
        "allowed_factors": frozenset({"passkey", "phone"}),
        "allowed_channels": frozenset({Channel.SMS}),
        "preferred_methods": (Channel.VOICE, Channel.SMS),
        "preferred_methods_by_country": (
            ("DE", (Channel.SMS,)),
            ("IN", (Channel.WHATSAPP, Channel.SMS)),
        ),
        "max_attempts": 3,
        "hold": timedelta(0),
    }


def test_a_window_of_thirty_one_minutes_is_refused_at_its_field() -> None:
    assert form_of(ttl="30 min").is_valid()
    form = form_of(ttl="31 min")
    assert not form.is_valid()
    assert form.errors == {"ttl": ["From 1 min to 30 min."]}


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("ttl", "59 s"),
        ("ttl", "600"),
        ("ttl", "soon"),
        ("code_ttl", "601 s"),
        ("max_attempts", "6"),
        ("max_attempts", "0"),
        ("fallback_timeout", "1 s"),
        ("hold", "-1 s"),
        ("required_level", "AAL4"),
        ("active", "perhaps"),
        ("allowed_factors", ["phone"]),
        ("allowed_factors", ["pigeon"]),
        ("allowed_channels", ["pigeon"]),
        ("preferred_methods", "sms, pigeon"),
        ("preferred_methods", "sms, sms"),
        ("preferred_methods_by_country", "IN: pigeon"),
        ("preferred_methods_by_country", "India: sms"),
        ("preferred_methods_by_country", "IN"),
        ("preferred_methods_by_country", "IN: sms; IN: voice"),
    ],
)
def test_a_mistake_stands_at_its_own_field_only(name: str, typed: Any) -> None:
    form = form_of(**{"ttl": "10 min", "max_attempts": "3", name: typed})
    assert not form.is_valid()
    assert list(form.errors) == [name]


def test_several_mistakes_are_all_shown() -> None:
    form = form_of(ttl="1 s", max_attempts="9", code_ttl="1 s", hold="0 s")
    assert set(form.errors) == {"ttl", "max_attempts", "code_ttl"}


def test_what_only_the_site_may_set_is_ignored_from_a_tenant() -> None:
    form = form_of(enforcement="report_only", ttl="600 s")
    assert form.is_valid()
    assert set(form.wishes) == {"ttl"}


def test_stored_wishes_come_back_as_they_were_typed() -> None:
    typed = {
        "active": "false",
        "required_level": "AAL3",
        "ttl": "10 min",
        "allowed_channels": ["email", "sms"],
        "preferred_methods": "voice, sms",
        "preferred_methods_by_country": "DE: sms; IN: whatsapp, sms",
    }
    first = form_of(**typed)
    assert first.is_valid(), first.errors
    again = form_of(**initial_of(dump_wishes(first.wishes)))
    assert again.is_valid(), again.errors
    assert again.wishes == first.wishes


@pytest.mark.parametrize(
    ("place", "offered"),
    [
        ("*", True),
        ("role_grant", True),
        ("factor_change", True),
        ("security_settings.factor_reset", True),
        ("data_export", True),
        ("api_key", False),
    ],
)
def test_a_wait_is_offered_only_where_it_is_read(place: str, *, offered: bool) -> None:
    assert ("hold" in PolicyForm(by_tenant=False, place=place).fields) is offered
