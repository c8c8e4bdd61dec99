"""A form's token counts at its form, in its browser, for half an hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.clock import CLOCK_SKEW
from otpguard.core.pumping.visitor_form.form_token import (
    FORM_LIFE,
    FormFault,
    FormPlace,
    FormToken,
    filled_ms,
    form_fault,
    parse_form_token,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PLACE = FormPlace(source="signup", tenant="t", browser="b", origin="https://www.example.com")
TOKEN = FormToken(key="k", place=PLACE, issued_at=NOW, shown_at=NOW, fingerprint="f")
INSTANT = timedelta(microseconds=1)


def test_it_counts_where_it_was_made_for() -> None:
    assert form_fault(TOKEN, PLACE, now=NOW + FORM_LIFE - INSTANT) is None


def test_a_browser_without_a_cookie_is_the_one_it_names() -> None:
    assert form_fault(TOKEN, replace(PLACE, browser=""), now=NOW) is None


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"source": "other"}, FormFault.OTHER_FORM),
        ({"tenant": ""}, FormFault.OTHER_FORM),
        ({"origin": ""}, FormFault.OTHER_FORM),
        ({"origin": "https://evil.example"}, FormFault.OTHER_FORM),
        ({"browser": "c"}, FormFault.OTHER_BROWSER),
    ],
)
def test_it_does_not_count_elsewhere(changed: dict[str, str], fault: FormFault) -> None:
    assert form_fault(TOKEN, replace(PLACE, **changed), now=NOW) is fault


def test_none_is_missing() -> None:
    assert form_fault(None, PLACE, now=NOW) is FormFault.MISSING


@pytest.mark.parametrize("late", [FORM_LIFE, FORM_LIFE * 9, -CLOCK_SKEW - INSTANT])
def test_one_that_is_old_or_of_the_future_does_not_count(late: timedelta) -> None:
    assert form_fault(TOKEN, PLACE, now=NOW + late) is FormFault.OLD


def test_another_server_may_be_a_little_ahead() -> None:
    assert form_fault(TOKEN, PLACE, now=NOW - CLOCK_SKEW) is None


def test_filling_in_counts_from_when_the_form_was_first_shown() -> None:
    again = replace(TOKEN, issued_at=NOW + timedelta(minutes=1))
    assert filled_ms(again, now=NOW + timedelta(milliseconds=1_500)) == 1_500
    assert filled_ms(again, now=NOW - timedelta(seconds=1)) == 0


@given(
    st.builds(
        FormToken,
        key=st.text(),
        place=st.builds(
            FormPlace, source=st.text(), tenant=st.text(), browser=st.text(), origin=st.text()
        ),
        issued_at=st.datetimes(timezones=st.just(UTC)),
        shown_at=st.datetimes(timezones=st.just(UTC)),
        fingerprint=st.text(),
    )
)
def test_what_is_written_is_read_again(token: FormToken) -> None:
    assert parse_form_token(token.dump()) == token


@pytest.mark.parametrize("text", ["", "x", "[]", "3", "{}", '{"key": "k"}', "null"])
def test_what_another_release_wrote_is_no_token(text: str) -> None:
    assert parse_form_token(text) is None


def test_its_repr_hides_what_would_be_spent_and_who_it_is() -> None:
    told = repr(replace(TOKEN, key="secret", place=replace(PLACE, browser="whose")))
    assert "secret" not in told
    assert "whose" not in told
