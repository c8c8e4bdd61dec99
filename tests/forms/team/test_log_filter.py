"""Which events of a log to show."""

from __future__ import annotations

import datetime as dt

import pytest

from otpguard.forms.team.log_filter import LogFilterForm


def test_everything_may_be_left_out() -> None:
    form = LogFilterForm({})
    assert form.is_valid()
    assert form.cleaned_data == {"kind": "", "actor": "", "since": None, "until": None}


def test_days_are_read_and_kinds_have_names() -> None:
    form = LogFilterForm({"since": "2026-01-31", "kind": "policy.changed"})
    assert form.is_valid()
    assert form.cleaned_data["since"] == dt.date(2026, 1, 31)
    assert "A policy was changed" in str(form["kind"])
    assert 'type="date"' in str(form["since"])


@pytest.mark.parametrize("wrong", [{"kind": "no.such"}, {"since": "x"}, {"actor": "a" * 256}])
def test_what_cannot_be_is_refused_at_its_field(wrong: dict[str, str]) -> None:
    assert list(LogFilterForm(wrong).errors) == list(wrong)
