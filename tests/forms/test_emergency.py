"""What programs send about the emergency envelope is read strictly."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.forms.emergency import EmergencyCodeForm, EnvelopeForm

GOOD = {"code": "AAAA", "hours": 2, "reason": "down"}


def test_a_code_is_read_with_its_hours() -> None:
    form = EmergencyCodeForm(GOOD)
    assert form.is_valid()
    assert form.cleaned_data == {"code": "AAAA", "hours": 2, "drill": False, "reason": "down"}
    drill = EmergencyCodeForm({**GOOD, "drill": True})
    assert drill.is_valid()
    assert drill.cleaned_data["drill"] is True


@pytest.mark.parametrize(
    ("field", "value"), [("hours", 99), ("hours", None), ("code", "A" * 65), ("reason", " ")]
)
def test_what_is_wrong_is_named(field: str, value: Any) -> None:
    assert set(EmergencyCodeForm({**GOOD, field: value}).errors) == {field}


@pytest.mark.parametrize("named", [[], ["security_settings"], ["nonsense"], "api_key"])
def test_an_envelope_opens_only_what_it_may(named: Any) -> None:
    assert set(EnvelopeForm({"checkpoints": named}).errors) == {"checkpoints"}
    assert EnvelopeForm({"checkpoints": ["api_key"]}).is_valid()
