"""A prefix and what holds for it, to the end of its last day."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from otpguard.core.pumping.prefix_rules import ListAction, ListedPrefix
from otpguard.forms.pumping.prefix_rule import PrefixRuleForm

GOOD = {
    "prefix": "+92 300",
    "action": "block",
    "until": "2026-01-31",
    "source": "vendor",
    "reason": "a wave",
}


def test_the_last_day_counts_to_its_end() -> None:
    form = PrefixRuleForm(GOOD)
    assert form.is_valid(), form.errors
    assert form.rule() == ListedPrefix(
        prefix="+92 300",
        action=ListAction.BLOCK,
        until=datetime(2026, 2, 1, tzinfo=UTC),
        source="vendor",
    )


def test_a_rule_may_hold_for_good_and_have_no_source() -> None:
    form = PrefixRuleForm({**GOOD, "until": "", "source": ""})
    assert form.is_valid(), form.errors
    assert (form.rule().until, form.rule().source) == (None, "")


@pytest.mark.parametrize(
    ("field", "value"),
    [("prefix", ""), ("action", "stop"), ("until", "soon"), ("reason", ""), ("source", "x" * 81)],
)
def test_each_mistake_is_told_at_its_field(field: str, value: str) -> None:
    assert set(PrefixRuleForm({**GOOD, field: value}).errors) == {field}
