"""An API key that people make on our page has a scope that the site offers."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.forms.own_key import OwnKeyForm

WANTED = {"name": "ci", "environment": "production", "scope": "read"}


@pytest.fixture(autouse=True)
def scopes(settings: Any) -> None:
    """The site offers one scope."""
    settings.OTPGUARD = {**settings.OTPGUARD, "API_KEYS": {"SCOPES": {"read": "Read"}}}


def test_what_is_offered_is_taken() -> None:
    form = OwnKeyForm(WANTED)
    assert form.is_valid()
    assert form.cleaned_data == WANTED


@pytest.mark.parametrize("changed", [{"scope": "write"}, {"environment": "x"}, {"name": " "}])
def test_what_is_not_offered_is_refused(changed: dict[str, str]) -> None:
    assert not OwnKeyForm({**WANTED, **changed}).is_valid()
