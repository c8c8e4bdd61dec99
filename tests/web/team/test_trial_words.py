"""A trial of a policy in words."""

from __future__ import annotations

import pytest

from otpguard.flows.tenant.policy_trial import try_policy
from otpguard.web.team.trial_words import TrialWords, trial_words
from tests import factories

pytestmark = pytest.mark.django_db


def tried(*, named: bool) -> TrialWords:
    member = factories.member(factories.tenant(), factories.user("carol"))
    factories.phone_factor(member.user)
    trial = try_policy(
        facts=factories.facts(factories.user(), member.tenant),
        tenant=member.tenant,
        checkpoint="data_export",
        wishes={"max_attempts": 1, "required_level": 3},
    )
    return trial_words(trial, named=named)


def test_each_changed_field_reads_before_and_after() -> None:
    changed = {each.label: (each.before, each.after) for each in tried(named=False).changed}
    assert changed["Tries per code"] == ("5", "1")


def test_people_are_named_only_where_that_is_asked() -> None:
    assert tried(named=False).names == []
