"""Input about switches is read strictly."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.forms.route import SwitchForm


def form(**data: Any) -> SwitchForm:
    return SwitchForm({"reason": "pumping", **data})


def test_a_switch_names_what_it_stops_and_until_when() -> None:
    read = form(provider="memory", channel="sms", country="us", until="2027-05-01 14:00")
    assert read.is_valid(), read.errors
    values = read.values
    assert (values["provider"], values["channel"], values["country"]) == ("memory", "sms", "US")
    assert values["until"].year == 2027
    assert form(country="DE").is_valid()


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "__all__"),
        ({"provider": "nobody"}, "provider"),
        ({"channel": "fax"}, "channel"),
        ({"country": "USA"}, "country"),
        ({"country": "US", "until": "soon"}, "until"),
        ({"country": "US", "reason": ""}, "reason"),
    ],
)
def test_anything_else_is_a_mistake(data: dict[str, str], field: str) -> None:
    assert field in form(**data).errors
