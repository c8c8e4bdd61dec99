"""Input of the page of a directory stays within what the flows take."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.forms.team.directory import DirectoryTokenForm, GroupRoleForm, TokenSuccessorForm

WANTED = {"name": "Okta", "scope": "read", "days": "30"}


def test_a_token_lives_for_as_many_days() -> None:
    form = DirectoryTokenForm(WANTED)
    assert form.is_valid()
    assert form.lifetime == timedelta(days=30)


@pytest.mark.parametrize(
    "changed", [{"days": "0"}, {"days": "367"}, {"scope": "all"}, {"name": " "}]
)
def test_what_no_token_may_have_is_refused(changed: dict[str, str]) -> None:
    assert not DirectoryTokenForm({**WANTED, **changed}).is_valid()


@pytest.mark.parametrize(("days", "valid"), [("0", True), ("30", True), ("31", False), ("", False)])
def test_the_token_before_goes_on_for_a_month_at_most(days: str, valid: bool) -> None:
    assert TokenSuccessorForm({"overlap": days}).is_valid() == valid


@pytest.mark.parametrize(("role", "valid"), [("", True), ("admin", True), ("x" * 65, False)])
def test_a_role_is_short_or_none(role: str, valid: bool) -> None:
    assert GroupRoleForm({"role": role}).is_valid() == valid
