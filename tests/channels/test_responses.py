"""Vendors' answers are read, whatever they are, without a crash."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.channels import responses
from otpguard.core.checked_code import Gone, Wrong
from otpguard.core.outcome import Failure, Refused, Unavailable
from otpguard.transport.exchange import Response

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=6,
)


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[1]", b'"a"', b"\xff\xfe", b"[" * 100_000, b"9" * 9999, b"null"]
)
def test_what_is_no_json_object_is_an_empty_one(body: bytes) -> None:
    assert responses.document(body) == {}


def test_a_number_with_a_fraction_is_read_to_the_digit() -> None:
    found = responses.document(b'{"price": 3.141516, "tiny": 0.1, "whole": 10, "odd": NaN}')
    assert found["price"] == Decimal("3.141516")
    assert str(found["tiny"]) == "0.1"
    assert found["whole"] == 10
    assert responses.micros(found["price"], "USD") == 3_141_516
    assert responses.micros(responses.document(b'{"p": 10.5}')["p"], "USD") == 10_500_000
    assert responses.micros(found["odd"], "USD") is None


@pytest.mark.parametrize("number", [b"1e9999999999999999999", b"1.5e-99999999999999999999"])
def test_a_number_that_is_too_long_for_anybody_raises_nothing(number: bytes) -> None:
    found = responses.document(b'{"price": ' + number + b"}")
    assert responses.micros(found.get("price"), "USD") in {None, 0}


@given(ANYTHING)
def test_a_field_may_hold_anything(value: object) -> None:
    assert isinstance(responses.text(value), str)
    assert responses.text(value).isprintable()
    assert isinstance(responses.number(value), int | None)
    assert isinstance(responses.each_object(value), tuple)
    assert isinstance(responses.micros(value, "USD"), int | None)
    assert isinstance(responses.moment(value), datetime | None)


@given(st.binary())
def test_a_form_may_be_anything(body: bytes) -> None:
    assert isinstance(responses.form_fields(body), list | None)


def test_a_form_is_read_in_order_with_its_blank_fields() -> None:
    assert responses.form_fields(b"b=1&a=&b=2+3") == [("b", "1"), ("a", ""), ("b", "2 3")]
    assert responses.form_fields(b"a=\xc3\xa9") is None
    assert responses.form_fields(b"a=1&" * 201) is None
    assert responses.form({"To": "+1201", "From": "", "Body": "a b"}) == b"To=%2B1201&Body=a+b"


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
        (Decimal("10.5"), "USD", 10_500_000),
        (Decimal("3.141516"), "USD", 3_141_516),
        (Decimal("NaN"), "USD", None),
        (7, "USD", 7_000_000),
        (True, "USD", None),
        (0.05, "USD", None),
    ],
)
def test_a_price_is_in_millionths_of_a_dollar_or_unknown(
    price: object, unit: object, expected: int | None
) -> None:
    assert responses.micros(price, unit) == expected


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
    assert responses.moment(value) == expected


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
    outcome = responses.by_status(Response(status=status, body=b"hush"), "acme")
    assert isinstance(outcome, Refused | Unavailable)
    assert outcome.failure is failure
    assert outcome.reason.startswith("acme: ")


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
    checked = responses.check_by_status(Response(status=status), "acme")
    assert isinstance(checked, expected)
    assert checked != Wrong(exhausted=True)
