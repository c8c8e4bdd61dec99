"""A duration is typed with its unit, and one without is refused in words."""

from __future__ import annotations

import pytest
from django import forms

from otpguard.forms.duration import DurationField


def test_a_duration_becomes_seconds_and_nothing_stays_nothing() -> None:
    field = DurationField(required=False)
    assert (field.clean("15 min"), field.clean(""), field.clean("0")) == (900, None, 0)


def test_a_number_alone_is_refused_because_it_could_mean_anything() -> None:
    with pytest.raises(forms.ValidationError, match="with its unit, such as 90 s"):
        DurationField().clean("900")
