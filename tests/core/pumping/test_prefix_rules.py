"""Rules of operators: the longest that fits counts, and a block before an allowance."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.prefix_rules import (
    ListAction,
    ListedPrefix,
    PrefixError,
    clean_prefix,
    rule_for,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NUMBER = "+923001234567"
BLOCK, ALLOW = ListAction.BLOCK, ListAction.ALLOW


def found(*rules: tuple[str, ListAction], until: datetime | None = None) -> tuple[str, str] | None:
    lists = {
        (prefix, action): ListedPrefix(prefix=prefix, action=action, until=until)
        for prefix, action in rules
    }
    rule = rule_for(NUMBER, lists, NOW)
    return None if rule is None else (rule.prefix, rule.action.value)


def test_a_number_that_no_rule_fits_has_none() -> None:
    assert found(("+92333", BLOCK), ("+1", BLOCK)) is None


def test_the_longest_rule_counts_whatever_it_says() -> None:
    assert found(("+92", BLOCK), ("+92300", ALLOW)) == ("+92300", "allow")
    assert found(("+92", ALLOW), ("+92300", BLOCK)) == ("+92300", "block")


def test_of_two_rules_for_one_prefix_the_block_counts() -> None:
    assert found(("+92300", ALLOW), ("+92300", BLOCK)) == ("+92300", "block")


def test_a_rule_may_name_a_whole_number_or_one_digit() -> None:
    assert found((NUMBER, BLOCK), ("+9", ALLOW)) == (NUMBER, "block")
    assert found(("+9", ALLOW)) == ("+9", "allow")


@pytest.mark.parametrize(("seconds", "holds"), [(1, True), (0, False), (-1, False)])
def test_a_rule_holds_until_its_moment(seconds: int, holds: bool) -> None:
    rule = found(("+92", BLOCK), until=NOW + timedelta(seconds=seconds))
    assert (rule is not None) is holds


@pytest.mark.parametrize("raw", ["+92 300", "92-300", "(92) 300", "+92\u00a0300", "92300"])
def test_a_prefix_is_read_in_every_spelling(raw: str) -> None:
    assert clean_prefix(raw) == "+92300"


@pytest.mark.parametrize(
    "raw", ["", "+", "0300", "+92x", "++92", "9" * 16, "\uff19\uff12", "92+3", "*"]
)
def test_what_is_no_prefix_is_refused(raw: str) -> None:
    with pytest.raises(PrefixError):
        clean_prefix(raw)


@given(st.from_regex(r"[1-9][0-9]{0,14}", fullmatch=True))
def test_a_clean_prefix_stays_what_it_is(digits: str) -> None:
    assert clean_prefix(clean_prefix(digits)) == f"+{digits}"
