"""A lock-down needs an end and a reason."""

from __future__ import annotations

import pytest

from otpguard.forms.pumping.lockdown import LockdownForm


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"until": "2030-01-01T10:00", "reason": "an attack"}, set()),
        ({"until": "", "reason": "an attack"}, {"until"}),
        ({"until": "soon", "reason": "an attack"}, {"until"}),
        ({"until": "2030-01-01T10:00", "reason": ""}, {"reason"}),
    ],
)
def test_both_must_be_there(given: dict[str, str], wrong: set[str]) -> None:
    assert set(LockdownForm(given).errors) == wrong
