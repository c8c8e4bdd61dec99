"""Input about directories."""

from __future__ import annotations

from datetime import timedelta

from otpguard.forms.enterprise.scim import RotationForm


def test_a_rotation_has_an_end_and_an_overlap() -> None:
    form = RotationForm({"overlap": "7", "days": "30"})
    assert form.is_valid()
    assert form.lifetime == timedelta(days=30)
    assert not RotationForm({"overlap": "31", "days": "30"}).is_valid()
    assert not RotationForm({"overlap": "7", "days": "367"}).is_valid()
