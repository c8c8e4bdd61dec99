"""The layer: what a vendor says of a new number decides, after the layers that cost nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from otpguard.core.phone import USUAL_NUMBERS
from otpguard.core.pumping.intel.number_report import IntelFact, LineType, NumberReport
from otpguard.core.pumping.verdict import Action, Layer
from otpguard.core.reasons import StartReason
from otpguard.exceptions import StartRefused
from otpguard.flows.pumping.intel.number_intel import look_at_number
from otpguard.flows.pumping.screen import screen
from otpguard.intel.number import NoAnswer
from otpguard.models import PumpingDecision
from tests.flows.number.visitor import visitor
from tests.flows.pumping.layers import ASKS, BLOCKED, finding
from tests.flows.pumping.values import attempt
from tests.intel.made_vendor import ASKED, PATH, SAID, configured
from tests.vendors.number_intel import NUMBER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _forget(settings: Any) -> Iterator[None]:
    settings.OTPGUARD = {**settings.OTPGUARD, "NUMBER_INTEL": configured()}
    SAID.clear()
    ASKED.clear()
    yield
    SAID.clear()
    ASKED.clear()


def test_without_a_vendor_the_layer_is_off(settings: Any) -> None:
    settings.OTPGUARD = {}
    assert look_at_number(attempt()) is None


def test_without_a_vendor_that_knows_what_matters_it_is_off_too(settings: Any) -> None:
    vendors = {"made": {"BACKEND": PATH, "FACTS": ["sim_swap"]}}
    settings.OTPGUARD = {"NUMBER_INTEL": {"VENDORS": vendors}}
    assert look_at_number(attempt()) is None
    found = look_at_number(attempt(is_sensitive=True))
    assert found is not None
    assert found.reason == "number_unknown"


@pytest.mark.parametrize(
    ("said", "action", "reason"),
    [
        (NumberReport(line_type=LineType.MOBILE, risk=3), Action.SEND, "number_known"),
        (NumberReport(line_type=LineType.VOIP, risk=3), Action.ANOTHER_WAY, "line_voip"),
        (NumberReport(line_type=LineType.MOBILE, risk=80), Action.ANOTHER_WAY, "risk_high"),
        (NumberReport(line_type=LineType.MOBILE, risk=61), Action.PROOF_OF_WORK, "risk_medium"),
        (NoAnswer(reason="slow"), Action.SEND, "number_unknown"),
    ],
)
def test_what_the_vendor_says_decides(said: object, action: Action, reason: str) -> None:
    SAID["made"] = said
    found = look_at_number(attempt(number_types=USUAL_NUMBERS))
    assert found is not None
    assert (found.layer, found.action, found.reason) == (Layer.NUMBER, action, reason)
    assert NUMBER[-4:] not in found.detail


def test_a_changed_sim_card_is_asked_for_where_it_matters() -> None:
    SAID["made"] = NumberReport(swapped=True)
    quiet = look_at_number(attempt())
    assert quiet is not None
    assert quiet.action is Action.SEND
    assert IntelFact.SIM_SWAP not in ASKED[-1][1].wanted
    found = look_at_number(attempt(is_sensitive=True))
    assert found is not None
    assert found.reason == "sim_swapped"


def test_a_changed_one_resets_no_password() -> None:
    SAID["made"] = NumberReport(swapped=True)
    found = look_at_number(attempt(source="password_reset"))
    assert found is not None
    assert found.reason == "sim_swapped"


def test_a_further_message_does_not_wait_for_a_vendor() -> None:
    assert look_at_number(attempt(asks_vendors=False)) is not None
    assert ASKED == []


def test_what_another_layer_stops_costs_no_look_up() -> None:
    with finding(BLOCKED):
        assert screen(attempt()).decided_by == BLOCKED
    with finding(ASKS):
        assert screen(attempt()).action is Action.PROOF_OF_WORK
    assert ASKED == []
    with finding():
        verdict = screen(attempt())
    assert [each.layer for each in verdict.signals] == [Layer.NUMBER]
    assert len(ASKED) == 1


def test_a_layer_that_only_records_stops_nothing(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "PUMPING": {"RECORD_ONLY": ["number"]}}
    SAID["made"] = NumberReport(risk=99)
    with finding():
        verdict = screen(attempt())
    assert verdict.action is Action.SEND
    assert [each.reason for each in verdict.signals] == ["risk_high"]


def test_a_visitor_with_a_number_that_is_not_for_people_is_offered_another_way() -> None:
    SAID["made"] = NumberReport(line_type=LineType.VOIP, carrier="310-456", risk=3)
    with pytest.raises(StartRefused) as refused:
        visitor().start()
    assert refused.value.reason is StartReason.ANOTHER_WAY
    row = PumpingDecision.objects.get()
    assert (row.layer, row.reason) == ("number", "line_voip")


def test_a_visitor_whom_no_vendor_knows_gets_a_code_and_that_is_recorded() -> None:
    SAID["made"] = NoAnswer(reason="slow")
    assert visitor().start().plan
    found = {each["layer"]: each["reason"] for each in PumpingDecision.objects.get().signals}
    assert found["number"] == "number_unknown"
