"""Input of enrollment rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.assurance import AssuranceLevel
from otpguard.forms.enrollment import NewRuleForm, RuleForm, from_json, initial_of
from otpguard.models import EnrollmentRule
from tests import factories

NOW = datetime(2026, 5, 10, 12, tzinfo=UTC)


def test_what_is_left_out_means_any_factor_from_now_on() -> None:
    form = RuleForm({"grace_days": "0"})
    assert form.is_valid(), form.errors
    assert form.values(NOW) == {"level": None, "starts_at": NOW, "grace_days": 0}


def test_every_field_is_read_into_its_own_type() -> None:
    form = RuleForm({"level": "AAL3", "starts_at": "2026-06-01T09:00", "grace_days": "30"})
    assert form.is_valid(), form.errors
    assert form.values(NOW) == {
        "level": AssuranceLevel.AAL3,
        "starts_at": datetime(2026, 6, 1, 9, tzinfo=UTC),
        "grace_days": 30,
    }


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("level", "AAL4"),
        ("grace_days", "-1"),
        ("grace_days", "366"),
        ("grace_days", ""),
        ("grace_days", "soon"),
        ("starts_at", "soon"),
        ("starts_at", "1999-12-31T00:00"),
        ("starts_at", "9999-12-31T23:59"),
    ],
)
def test_a_mistake_stands_at_its_field(name: str, typed: str) -> None:
    form = RuleForm({"grace_days": "1", name: typed})
    assert not form.is_valid()
    assert list(form.errors) == [name]


def test_a_rule_may_start_within_five_years() -> None:
    for years, errors in ((4, []), (6, ["starts_at"])):
        at = timezone.now() + timedelta(days=years * 365)
        assert list(RuleForm({"grace_days": "1", "starts_at": at.isoformat()}).errors) == errors


@pytest.mark.parametrize(
    ("raw", "wrong"),
    [
        ({"level": "AAL2", "starts_at": "2026-06-01T09:00:00+02:00", "grace_days": 3}, []),
        ({"level": None, "starts_at": None, "grace_days": 0}, []),
        ({}, ["grace_days"]),
        ({"level": 2, "grace_days": 1}, ["level"]),
        ({"level": ["AAL2"], "grace_days": True}, ["level", "grace_days"]),
        ({"starts_at": 5, "grace_days": 1.5}, ["starts_at", "grace_days"]),
        ({"starts_at": {"$gt": 1}, "grace_days": 1}, ["starts_at"]),
    ],
)
def test_json_of_any_shape_is_read_or_refused(raw: dict[str, Any], wrong: list[str]) -> None:
    assert list(from_json(raw).errors) == wrong


@pytest.mark.django_db
def test_a_tenant_is_named_by_its_slug_and_none_is_the_site() -> None:
    tenant = factories.tenant("acme")
    for slug, found in (("acme", tenant), ("", None)):
        form = NewRuleForm({"tenant": slug, "role": " admin ", "grace_days": "1"})
        assert form.is_valid(), form.errors
        assert (form.cleaned_data["tenant"], form.cleaned_data["role"]) == (found, "admin")
    wrong = NewRuleForm({"tenant": "nowhere", "role": "Admin, Owner", "grace_days": "1"})
    assert set(wrong.errors) == {"tenant", "role"}


def test_a_stored_rule_comes_back_as_it_was() -> None:
    rule = EnrollmentRule(level=2, starts_at=NOW, grace_days=3)
    shown = RuleForm(initial=initial_of(rule))
    assert 'value="2026-05-10T12:00"' in shown.as_p()
    again = RuleForm(initial_of(rule))
    assert again.is_valid(), again.errors
    assert again.values(timezone.now())["starts_at"] == NOW
    assert initial_of(EnrollmentRule(starts_at=NOW))["level"] == ""
