"""Prefix rules as CSV: spreadsheets are read, mistakes have their line, and lists come back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.prefix_rules import ListAction, ListedPrefix
from otpguard.core.pumping.rule_csv import RuleLine, read_rules, write_rules

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HEAD = "prefix,action,until,source\n"


def read(text: str) -> list[RuleLine]:
    return list(read_rules(text.splitlines(keepends=True), now=NOW))


def mistake(line: str) -> str:
    [found] = read(HEAD + line)
    assert found.rule is None
    assert found.line == 2
    return found.mistake


def test_a_line_says_what_holds_until_when_and_who_says_so() -> None:
    assert read(HEAD + "+92300,block,2026-01-31,our vendor\n") == [
        RuleLine(
            line=2,
            rule=ListedPrefix(
                prefix="+92300",
                action=ListAction.BLOCK,
                until=datetime(2026, 2, 1, tzinfo=UTC),
                source="our vendor",
            ),
        )
    ]


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffprefix;action\r\n92 300;Block\r\n",
        "\n\nAction,Prefix\nBLOCK,+92300\n\n",
        'source,prefix,action,until\n"","+92-300","block",""\n',
    ],
)
def test_a_mark_semicolons_any_order_and_missing_columns_are_read(text: str) -> None:
    [line] = read(text)
    assert line.rule == ListedPrefix(prefix="+92300", action=ListAction.BLOCK)


@pytest.mark.parametrize(
    ("until", "moment"),
    [
        ("2026-01-01", datetime(2026, 1, 2, tzinfo=UTC)),
        ("2026-01-01T18:00:00+02:00", datetime(2026, 1, 1, 16, tzinfo=UTC)),
        ("2026-01-01 18:00", datetime(2026, 1, 1, 18, tzinfo=UTC)),
    ],
)
def test_a_day_holds_to_its_end_and_a_moment_without_a_zone_is_in_utc(
    until: str, moment: datetime
) -> None:
    [line] = read(f"{HEAD}92,allow,{until},\n")
    assert line.rule is not None
    assert line.rule.until == moment


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",block,,", "calling code"),
        ("0300,block,,", "calling code"),
        ("+92300,stop,,", "block or allow"),
        ("+92300,,,", "block or allow"),
        ("+92300,block,soon,", "must be a day"),
        ("+92300,block,9999-12-31,", "must be a day"),
        ("+92300,block,2025-12-31,", "over already"),
        ("+92300,block,,=1+1", "spreadsheet"),
        (f"+92300,block,,{'x' * 81}", "80 characters"),
        ("+92300,block", "4 cells, not 2"),
    ],
)
def test_a_mistake_is_told_with_its_line(line: str, said: str) -> None:
    assert said in mistake(line)


def test_the_second_line_of_a_prefix_and_action_is_a_mistake() -> None:
    found = read(HEAD + "+92300,block,,a\n92300,block,,b\n92300,allow,,c\n")
    assert [each.mistake for each in found] == ["", "Line 2 has the same prefix and action.", ""]


@pytest.mark.parametrize(
    "head", ["", "\n", "prefix\n", "prefix,action,prefix\n", "a,prefix,action\n"]
)
def test_a_first_line_without_the_columns_is_all_that_is_read(head: str) -> None:
    [only] = read(head + "+92,block\n" if head.strip() else head)
    assert only.mistake


def test_text_that_is_no_csv_ends_the_reading() -> None:
    found = read(HEAD + '+92,block,,"a"b\n+93,block,,\n')
    assert [(each.line, bool(each.mistake)) for each in found] == [(2, True)]


rules = st.builds(
    ListedPrefix,
    prefix=st.from_regex(r"\+[1-9][0-9]{0,14}", fullmatch=True),
    action=st.sampled_from(ListAction),
    until=st.none()
    | st.datetimes(datetime(2027, 1, 1), datetime(2999, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 (the strategy adds the zone)
    source=st.text(st.characters(codec="ascii", categories=("L", "N", "P")), max_size=80).filter(
        lambda text: not text.startswith(("=", "+", "-", "@"))
    ),
)


@given(st.lists(rules, unique_by=lambda rule: (rule.prefix, rule.action), max_size=5))
def test_what_is_written_is_read_back(wanted: list[ListedPrefix]) -> None:
    found = list(read_rules(list(write_rules(wanted)), now=NOW))
    assert [each.rule for each in found] == wanted
