"""What several forms let people choose, in one wording."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms

from otpguard.conf import settings
from otpguard.core.assurance import Channel
from otpguard.core.checkpoints import EVERY, SENSITIVE
from otpguard.forms.choices import (
    CountryField,
    channel_field,
    check_role,
    checkpoint_field,
    provider_field,
)
from tests.channels.vendors import provider


def values(field: forms.ChoiceField) -> list[str]:
    return [value for value, _ in field.choices]


def test_providers_are_those_of_the_settings_or_those_that_serve_a_channel(settings: Any) -> None:
    every, texts = provider_field(empty="any"), provider_field(serves=Channel.SMS)
    settings.OTPGUARD = {
        "PROVIDERS": {"texts": provider(channels=["sms"]), "chats": provider(channels=["whatsapp"])}
    }
    form = type("Form", (forms.Form,), {"every": every, "texts": texts})()
    assert values(form.fields["every"]) == ["", "texts", "chats"]
    assert values(form.fields["texts"]) == ["texts"]


def test_what_may_be_left_empty_says_what_that_means() -> None:
    assert [field.required for field in (provider_field(), provider_field(empty="any"))] == [
        True,
        False,
    ]
    assert values(channel_field()) == [channel.value for channel in Channel]
    assert channel_field(empty="any").clean("") == ""
    with pytest.raises(forms.ValidationError):
        channel_field().clean("")


@pytest.mark.parametrize(("typed", "read"), [("us", "US"), (" De ", "DE"), ("", "")])
def test_a_country_is_read_in_capitals(typed: str, read: str) -> None:
    assert CountryField().clean(typed) == read


@pytest.mark.parametrize("typed", ["u1", "USA", "ß", "-"])
def test_anything_else_is_no_country(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        CountryField().clean(typed)


def test_a_hold_is_offered_what_is_sensitive_first_and_never_where_people_come_in() -> None:
    every, held = values(checkpoint_field()), values(checkpoint_field(for_holds=True))
    assert every[0] == held[1] == EVERY
    assert held[0] == SENSITIVE
    assert set(every) - set(held) == {
        slug for slug, known in settings().checkpoints.items() if not known.can_be_held
    }


@pytest.mark.parametrize("role", ["", "Admin", "a b", "1st", "x" * 41])
def test_what_is_no_role_name_is_refused(role: str) -> None:
    check_role("billing_admin")
    with pytest.raises(forms.ValidationError):
        check_role(role)
