"""Twilio Lookup v2: packages that failed, dates that contradict and other numbers are no pass."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest

from otpguard.core.pumping.intel.number_report import IntelFact, LineType, NumberReport
from otpguard.intel.number import NoAnswer, NumberIntel
from otpguard.intel.vendors.twilio_lookup import TwilioLookup
from otpguard.testing.number_intel_contract import NumberIntelContract
from otpguard.testing.vendor_server import Reply, Vendor, vendor
from tests.vendors.number_intel import EVERY, NUMBER, TWILIO, ago, query, twilio


class TestTwilioLookup(NumberIntelContract):
    rule = staticmethod(twilio)

    def made(self, base: str) -> NumberIntel:
        return TwilioLookup(account_sid="AC1", auth_token="secret", base=base)


@pytest.fixture
def server() -> Iterator[Vendor]:
    with vendor(twilio) as running:
        yield running


def ask(server: Vendor, *facts: IntelFact, **changed: Any) -> NumberReport | NoAnswer:
    driver = TwilioLookup(account_sid="AC1", auth_token="secret", base=server.url)
    return driver.look_up(query(*facts, **changed), until=time.monotonic() + 2)


def said(server: Vendor, package: str, **fields: Any) -> NumberReport:
    server.reply = Reply(
        200, {"phone_number": NUMBER, **TWILIO, package: {**TWILIO[package], **fields}}
    )
    found = ask(server)
    assert isinstance(found, NumberReport)
    return found


def test_all_facts_come_by_one_request(server: Vendor) -> None:
    assert ask(server) == NumberReport(
        line_type=LineType.VOIP, carrier="310-456", risk=61, swapped=True, reassigned=True
    )
    assert len(server.received) == 1


@pytest.mark.parametrize("package", TWILIO)
def test_a_package_with_an_error_is_unknown(server: Vendor, package: str) -> None:
    assert len(EVERY - said(server, package, error_code=60600).known) == 1


def test_an_answer_about_another_number_is_none(server: Vendor) -> None:
    server.reply = Reply(200, {"phone_number": "+12015550124", **TWILIO})
    assert isinstance(ask(server), NoAnswer)


@pytest.mark.parametrize("score", [-1, 101, True, "61", 61.5, None])
def test_a_score_that_is_none_is_unknown(server: Vendor, score: object) -> None:
    assert said(server, "sms_pumping_risk", sms_pumping_risk_score=score).risk is None


def test_a_line_type_that_is_new_is_unknown(server: Vendor) -> None:
    assert said(server, "line_type_intelligence", type="satellite").line_type is None


@pytest.mark.parametrize(
    ("date", "period", "within", "swapped"),
    [
        (ago(days=3), "PT48H", False, True),
        (ago(days=30), "PT48H", False, False),
        (ago(days=30), "P60D", True, False),
        (ago(days=30), "PT48H", True, True),
        (None, "PT48H", True, True),
        (None, "PT48H", False, None),
        (None, "PT168H", False, False),
        (None, "P7D", False, False),
        (None, "a while", False, None),
        (None, "PT168H", "no", None),
        (ago(days=-3), "PT168H", None, None),
        ("yesterday", "PT48H", None, None),
        ("2026-02-28T00:00:00", None, None, None),
    ],
)
def test_a_sim_swap_is_denied_only_for_the_days_that_matter(
    server: Vendor, date: object, period: object, within: object, swapped: bool | None
) -> None:
    last = {
        "last_sim_swap_date": date,
        "swapped_period": period,
        "swapped_in_period": within,
    }
    assert said(server, "sim_swap", last_sim_swap=last).swapped is swapped


@pytest.mark.parametrize(
    ("day", "answer", "reassigned"),
    [
        ("2025-06-30", "no", False),
        ("20250630", "yes", True),
        ("2026-02-01", "no", None),
        (None, "no", None),
        ("2025-06-30", "no_data_available", None),
        ("2025-06-30", False, None),
    ],
)
def test_a_new_owner_is_denied_only_since_our_own_day(
    server: Vendor, day: object, answer: object, reassigned: bool | None
) -> None:
    found = said(server, "reassigned_number", last_verified_date=day, is_number_reassigned=answer)
    assert found.reassigned is reassigned


@pytest.mark.parametrize("changed", [{"account_sid": ""}, {"auth_token": ""}, {"base": "http://x"}])
def test_options_that_cannot_be_are_refused(changed: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        TwilioLookup(**{"account_sid": "AC1", "auth_token": "t", **changed})
