"""Looking a number up: kept answers first, each vendor for what is open, and no fault refuses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from otpguard.core.pumping.intel.number_report import (
    NOTHING_KNOWN,
    IntelFact,
    NumberQuery,
    NumberReport,
)
from otpguard.exceptions import StoreUnavailable
from otpguard.flows.pumping.intel.look_up_number import look_up_number
from otpguard.intel.number import NoAnswer
from otpguard.models import NumberAnswer, VendorState
from tests.intel.made_vendor import ASKED, PATH, SAID, configured
from tests.models.rows import raw
from tests.store_down import store_down
from tests.vendors.number_intel import NOW, NUMBER, query

pytestmark = pytest.mark.django_db(transaction=True)

RISK, SWAP = IntelFact.PUMPING_RISK, IntelFact.SIM_SWAP
INDEX = "i" * 64


@pytest.fixture(autouse=True)
def _forget(settings: Any) -> Iterator[None]:
    settings.OTPGUARD = {**settings.OTPGUARD, "NUMBER_INTEL": configured()}
    SAID.clear()
    ASKED.clear()
    yield
    SAID.clear()
    ASKED.clear()


def look(of: NumberQuery | None = None, *, ask: bool = True) -> NumberReport:
    return look_up_number(of or query(RISK, SWAP), phone_index=INDEX, ask=ask)


def test_an_answer_is_kept_encrypted_and_used_again() -> None:
    SAID["made"] = NumberReport(risk=61, swapped=False)
    assert look() == look() == NumberReport(risk=61, swapped=False)
    assert len(ASKED) == 1
    row = NumberAnswer.objects.get()
    assert row.until == NOW + timedelta(hours=24)
    assert "61" not in str(row)
    assert "risk" not in raw(row, "answer")
    assert NUMBER not in row.answer.reveal()


def test_what_a_vendor_does_not_know_is_not_asked_twice() -> None:
    assert look() == look() == NOTHING_KNOWN
    assert len(ASKED) == 1


def test_only_what_is_too_old_is_asked_again() -> None:
    SAID["made"] = NumberReport(risk=61, swapped=False)
    look()
    SAID["made"] = NumberReport(risk=1, swapped=True)
    later = replace(query(RISK, SWAP), now=NOW + timedelta(minutes=20))
    assert look(later) == NumberReport(risk=61, swapped=True)
    assert ASKED[-1][1].wanted == {SWAP}


def test_an_answer_about_another_number_is_not_used() -> None:
    SAID["made"] = NumberReport(risk=61)
    look()
    look_up_number(query(RISK, SWAP), phone_index="j" * 64)
    assert len(ASKED) == 2


@pytest.mark.parametrize(
    "said", [NoAnswer(reason="slow"), ValueError("+12015550123"), None, {"risk": 1}, "fine"]
)
def test_a_vendor_that_says_nothing_leaves_it_unknown_and_is_asked_again(
    said: object, caplog: pytest.LogCaptureFixture
) -> None:
    SAID["made"] = said
    if said is None:
        SAID["made"] = ()
    assert look() == NOTHING_KNOWN
    assert not NumberAnswer.objects.exists()
    assert VendorState.objects.get().failures == 1
    look()
    assert len(ASKED) == 2
    assert NUMBER not in caplog.text


def test_what_was_not_asked_for_is_not_believed() -> None:
    SAID["made"] = NumberReport(risk=61, reassigned=True)
    assert look() == NumberReport(risk=61)


def test_a_vendor_without_budget_is_not_asked(settings: Any) -> None:
    vendors = {"made": {"BACKEND": PATH, "PER_DAY": 0}}
    settings.OTPGUARD = {**settings.OTPGUARD, "NUMBER_INTEL": {"VENDORS": vendors}}
    assert look() == NOTHING_KNOWN
    assert ASKED == []


def test_a_vendor_that_refuses_us_is_left_alone() -> None:
    SAID["made"] = NoAnswer(reason="401", fatal=True)
    look()
    look()
    assert len(ASKED) == 1


def test_where_nobody_may_wait_only_kept_answers_count() -> None:
    SAID["made"] = NumberReport(risk=61)
    assert look(ask=False) == NOTHING_KNOWN
    assert ASKED == []
    look()
    assert look(ask=False) == NumberReport(risk=61)


def test_the_next_vendor_is_asked_for_what_is_open(settings: Any) -> None:
    vendors = {
        "first": {"BACKEND": PATH, "OPTIONS": {"name": "first"}},
        "second": {"BACKEND": PATH, "OPTIONS": {"name": "second"}},
    }
    settings.OTPGUARD = {**settings.OTPGUARD, "NUMBER_INTEL": {"VENDORS": vendors}}
    SAID["first"] = NumberReport(risk=5)
    SAID["second"] = NumberReport(risk=99, swapped=True)
    assert look() == NumberReport(risk=5, swapped=True)
    assert [(name, asked.wanted) for name, asked in ASKED] == [
        ("first", {RISK, SWAP}),
        ("second", {SWAP}),
    ]
    assert look() == NumberReport(risk=5, swapped=True)
    assert len(ASKED) == 2


def test_an_answer_whose_key_is_gone_is_asked_for_again() -> None:
    SAID["made"] = NumberReport(risk=61)
    look()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE otpguard_numberanswer SET answer = 'no ciphertext'")
    assert look() == NumberReport(risk=61)
    assert len(ASKED) == 2


def test_nothing_is_locked_while_a_vendor_is_asked() -> None:
    """No statement of one transaction stands on both sides of the question."""
    with CaptureQueriesContext(connection) as seen:
        look()
    told = [each["sql"] for each in seen.captured_queries]
    assert told.count("BEGIN") == told.count("COMMIT") >= 3


def test_without_the_database_nothing_is_known_of_anything() -> None:
    with store_down(), pytest.raises(StoreUnavailable):
        look()
    assert ASKED == []
