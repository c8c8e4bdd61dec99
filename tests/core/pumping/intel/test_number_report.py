"""Reports of numbers: unknown is never "no", and what is no answer is unknown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.pumping.intel.number_report import (
    NOTHING_KNOWN,
    IntelFact,
    LineType,
    NumberQuery,
    NumberReport,
    carrier_of,
    report_from_json,
    risk_of,
    swapped_within,
    truth_of,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MAYBE = st.none() | st.booleans()
REPORTS = st.builds(
    NumberReport,
    line_type=st.none() | st.sampled_from(LineType),
    carrier=st.sampled_from(["", "310-260"]),
    risk=st.none() | st.integers(0, 100),
    swapped=MAYBE,
    reassigned=MAYBE,
)
FACTS = st.frozensets(st.sampled_from(IntelFact))


@given(REPORTS)
def test_a_report_is_read_as_it_was_written(report: NumberReport) -> None:
    assert report_from_json(report.as_json()) == report


@given(REPORTS, REPORTS)
def test_what_is_known_first_counts_and_nothing_gets_lost(
    one: NumberReport, other: NumberReport
) -> None:
    both = one.joined(other)
    assert both.known == one.known | other.known
    assert both.only(one.known).known == one.known
    assert one.joined(NOTHING_KNOWN) == one == NOTHING_KNOWN.joined(one)


@given(REPORTS, FACTS)
def test_only_what_was_asked_for_is_left(report: NumberReport, facts: frozenset[IntelFact]) -> None:
    assert report.only(facts).known == report.known & facts


def test_false_and_zero_are_known() -> None:
    report = NumberReport(risk=0, swapped=False, reassigned=False)
    assert len(report.known) == 3
    assert report.as_json() == {"risk": 0, "swapped": False, "reassigned": False}


@pytest.mark.parametrize("stored", [None, [], "x", {"line_type": "satellite"}])
def test_what_is_no_report_is_refused(stored: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        report_from_json(stored)


@pytest.mark.parametrize("said", [True, -1, 101, "7", None, 7.0])
def test_a_risk_is_a_whole_number_up_to_a_hundred(said: object) -> None:
    assert risk_of(said) is None
    assert (risk_of(0), risk_of(100)) == (0, 100)


@pytest.mark.parametrize("said", ["true", 1, 0, None, []])
def test_only_true_and_false_are_truths(said: object) -> None:
    assert truth_of(said) is None


@pytest.mark.parametrize(
    ("mcc", "mnc"),
    [("31", "260"), ("310", "2"), ("310", "2600"), ("31a", "26"), (310, 260), ("٣١٠", "26")],
)
def test_a_carrier_is_two_codes_of_digits(mcc: object, mnc: object) -> None:
    assert carrier_of(mcc, mnc) == ""
    assert carrier_of("310", "260") == "310-260"


@pytest.mark.parametrize(
    ("at", "within"),
    [
        ("2026-02-22T12:00:00Z", True),
        ("2026-02-22T11:59:59Z", False),
        ("2026-03-01T12:00:00+00:00", True),
        ("2026-03-02T12:00:00Z", None),
        ("2026-02-28T12:00:00", None),
        ("soon", None),
        (1772366400, None),
    ],
)
def test_a_date_counts_with_its_zone_and_not_ahead(at: object, within: bool | None) -> None:
    assert swapped_within(at, 7, now=NOW) is within


def test_a_question_does_not_show_its_number() -> None:
    query = NumberQuery(e164="+12015550123", wanted=frozenset(), now=NOW + timedelta(days=1))
    assert "555" not in repr(query)
