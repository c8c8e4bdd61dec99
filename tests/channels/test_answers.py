"""Vendors' answers are read, whatever they are, without a crash."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.channels import answers
from otpguard.core.checked import Gone, Wrong
from otpguard.core.outcome import Failure, Refused, Unavailable
from otpguard.transport.exchange import Response

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[1]", b'"a"', b"\xff\xfe", b"[" * 100_000, b"9" * 9999, b"null"]
)
def test_what_is_no_json_object_is_an_empty_one(body: bytes) -> None:
    assert answers.document(body) == {}


@given(ANYTHING)
def test_a_field_may_hold_anything(value: object) -> None:
    assert isinstance(answers.text(value), str)
    assert answers.text(value).isprintable()
    assert isinstance(answers.number(value), int | None)
    assert isinstance(answers.each_object(value), tuple)
    assert isinstance(answers.micros(value, "USD"), int | None)
    assert isinstance(answers.moment(value), datetime | None)


@given(st.binary())
def test_a_form_may_be_anything(body: bytes) -> None:
    assert isinstance(answers.form_fields(body), list | None)


def test_a_form_is_read_in_order_with_its_blank_fields() -> None:
    assert answers.form_fields(b"b=1&a=&b=2+3") == [("b", "1"), ("a", ""), ("b", "2 3")]
    assert answers.form_fields(b"a=\xc3\xa9") is None
    assert answers.form_fields(b"a=1&" * 201) is None
    assert answers.form({"To": "+1201", "From": "", "Body": "a b"}) == b"To=%2B1201&Body=a+b"


@pytest.mark.parametrize(
    ("price", "unit", "expected"),
    [
        ("-0.00750", "USD", 7500),
        ("0.005", "usd", 5000),
        ("0.0000001", "USD", 0),
        (None, "USD", None),
        ("0.05", "EUR", None),
        ("0.05", None, None),
        ("much", "USD", None),
        ("NaN", "USD", None),
        ("Infinity", "USD", None),
        ("1e999999999", "USD", None),
    ],
)
def test_a_price_is_in_millionths_of_a_dollar_or_unknown(
    price: object, unit: object, expected: int | None
) -> None:
    assert answers.micros(price, unit) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2023-08-30T15:20:15Z", datetime(2023, 8, 30, 15, 20, 15, tzinfo=UTC)),
        ("2023-08-30 15:20:15", datetime(2023, 8, 30, 15, 20, 15, tzinfo=UTC)),
        ("1693408815", datetime(2023, 8, 30, 15, 20, 15, tzinfo=UTC)),
        (1693408815, datetime(2023, 8, 30, 15, 20, 15, tzinfo=UTC)),
        ("9" * 18, None),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_time_has_a_zone_or_is_unknown(value: object, expected: datetime | None) -> None:
    assert answers.moment(value) == expected


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("999999999", 86_400),
        ("Wed, 21 Oct 2026 07:28:00 GMT", None),
        ("-1", None),
    ],
)
def test_a_wait_is_bounded(said: str, seconds: int | None) -> None:
    assert answers.retry_after(Response(status=429, headers={"retry-after": said})) == seconds


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (200, Failure.UNKNOWN_OUTCOME),
        (202, Failure.UNKNOWN_OUTCOME),
        (302, Failure.AUTH_CONFIG),
        (400, Failure.CHANNEL_UNAVAILABLE),
        (401, Failure.AUTH_CONFIG),
        (402, Failure.BALANCE),
        (403, Failure.AUTH_CONFIG),
        (404, Failure.AUTH_CONFIG),
        (409, Failure.CONFLICT_OPEN),
        (418, Failure.CHANNEL_UNAVAILABLE),
        (429, Failure.RATE_LIMITED),
        (500, Failure.TRANSIENT),
        (502, Failure.UNKNOWN_OUTCOME),
        (503, Failure.TRANSIENT),
        (504, Failure.UNKNOWN_OUTCOME),
        (599, Failure.TRANSIENT),
    ],
)
def test_an_answer_that_says_nothing_is_judged_by_its_status(status: int, failure: Failure) -> None:
    headers = {"retry-after": "5"}
    outcome = answers.by_status(Response(status=status, headers=headers, body=b"hush"), "acme")
    assert isinstance(outcome, Refused | Unavailable)
    assert outcome.failure is failure
    assert outcome.reason.startswith("acme: ")
    assert outcome.retry_after == (5 if status >= 400 else None)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, Unavailable),
        (302, Unavailable),
        (400, Wrong),
        (401, Unavailable),
        (402, Unavailable),
        (404, Gone),
        (409, Wrong),
        (410, Gone),
        (422, Wrong),
        (429, Unavailable),
        (500, Unavailable),
        (504, Unavailable),
    ],
)
def test_a_check_without_words_is_never_right(status: int, expected: type) -> None:
    checked = answers.check_by_status(Response(status=status), "acme")
    assert isinstance(checked, expected)
    assert checked != Wrong(exhausted=True)
