"""What a report means: doubt keeps codes back, unknown decides only where the site says so."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otpguard.core.checkpoints import BUILT_IN
from otpguard.core.phone import USUAL_NUMBERS, NumberType
from otpguard.core.pumping.intel.number_intel import (
    IntelTerms,
    OwnerDoubt,
    UnknownSwap,
    number_signal,
    owner_doubt,
    swap_matters,
)
from otpguard.core.pumping.intel.number_report import IntelFact, LineType, NumberReport
from otpguard.core.pumping.verdict import Action, Layer, Signal

EVERY = frozenset(IntelFact)
ASKED = EVERY - {IntelFact.REASSIGNED}
STRICT = IntelTerms(unknown_swap=UnknownSwap.ANOTHER_FACTOR)
FINE = NumberReport(line_type=LineType.MOBILE, risk=3, swapped=False)


def signal(report: NumberReport, terms: IntelTerms = IntelTerms(), **changed: Any) -> Signal:  # noqa: B008 (frozen)
    usual: dict[str, Any] = {"wanted": ASKED, "types": USUAL_NUMBERS}
    return number_signal(report, terms=terms, **{**usual, **changed})


def test_a_number_that_is_fine_passes_and_is_recorded() -> None:
    assert signal(FINE) == Signal(
        layer=Layer.NUMBER,
        action=Action.SEND,
        reason="number_known",
        weight=0,
        detail="line mobile, risk 3",
    )


@pytest.mark.parametrize(
    ("risk", "action", "work"),
    [
        (59, Action.SEND, 0),
        (60, Action.PROOF_OF_WORK, 2),
        (74, Action.PROOF_OF_WORK, 2),
        (75, Action.ANOTHER_WAY, 0),
        (100, Action.ANOTHER_WAY, 0),
    ],
)
def test_a_risk_asks_for_work_and_a_high_one_for_another_way(
    risk: int, action: Action, work: int
) -> None:
    found = signal(NumberReport(line_type=LineType.MOBILE, risk=risk, swapped=False))
    assert (found.action, found.work_level) == (action, work)


@pytest.mark.parametrize(
    ("line", "types", "action"),
    [
        (LineType.VOIP, USUAL_NUMBERS, Action.ANOTHER_WAY),
        (LineType.VOIP, USUAL_NUMBERS | {NumberType.VOIP}, Action.SEND),
        (LineType.VOIP, None, Action.SEND),
        (LineType.LANDLINE, USUAL_NUMBERS, Action.SEND),
        (LineType.LANDLINE, {NumberType.FIXED_OR_MOBILE}, Action.ANOTHER_WAY),
        (LineType.MOBILE, {NumberType.FIXED_OR_MOBILE}, Action.SEND),
        (LineType.OTHER, frozenset(NumberType), Action.ANOTHER_WAY),
    ],
)
def test_the_policy_says_which_lines_get_codes(
    line: LineType, types: frozenset[NumberType] | None, action: Action
) -> None:
    assert signal(NumberReport(line_type=line, risk=0, swapped=False), types=types).action is action


def test_a_changed_sim_card_counts_where_it_was_asked_for() -> None:
    swapped = NumberReport(line_type=LineType.MOBILE, risk=0, swapped=True)
    assert signal(swapped).reason == "sim_swapped"
    assert signal(swapped, wanted={IntelFact.PUMPING_RISK}).action is Action.SEND


def test_what_is_unknown_is_recorded_and_passes() -> None:
    found = signal(NumberReport(risk=3))
    assert (found.action, found.reason) == (Action.SEND, "number_unknown")
    assert found.detail == "risk 3, unknown: line_type sim_swap"


def test_an_unknown_sim_swap_asks_for_another_way_if_the_site_says_so() -> None:
    assert signal(NumberReport(risk=3), STRICT).reason == "sim_swap_unknown"
    assert signal(FINE, STRICT).action is Action.SEND
    assert signal(NumberReport(), STRICT, wanted={IntelFact.PUMPING_RISK}).action is Action.SEND


@pytest.mark.parametrize(
    ("report", "terms", "doubt"),
    [
        (NumberReport(swapped=False, reassigned=False), STRICT, None),
        (NumberReport(swapped=True, reassigned=False), IntelTerms(), OwnerDoubt.SIM_SWAPPED),
        (NumberReport(swapped=True, reassigned=True), IntelTerms(), OwnerDoubt.REASSIGNED),
        (NumberReport(), IntelTerms(), None),
        (NumberReport(), STRICT, OwnerDoubt.SIM_SWAP_UNKNOWN),
    ],
)
def test_an_owners_number_is_doubted(
    report: NumberReport, terms: IntelTerms, doubt: OwnerDoubt | None
) -> None:
    assert owner_doubt(report, wanted=EVERY, terms=terms) is doubt


@pytest.mark.parametrize(
    ("slug", "owned", "unowned"),
    [
        ("billing_change", True, True),
        ("password_reset", True, True),
        ("factor_change", True, False),
        ("factor_change.strong", True, False),
        ("signup", False, False),
    ],
)
def test_a_changed_sim_card_matters_where_it_leads_further(
    slug: str, owned: bool, unowned: bool
) -> None:
    found = BUILT_IN[slug]
    assert swap_matters(found, owned=True) is owned
    assert swap_matters(found, owned=False) is unowned


@given(st.none() | st.booleans(), st.none() | st.booleans(), st.sampled_from(UnknownSwap))
def test_what_was_not_asked_for_is_no_doubt(
    swapped: bool | None, reassigned: bool | None, unknown: UnknownSwap
) -> None:
    report = NumberReport(swapped=swapped, reassigned=reassigned)
    assert owner_doubt(report, wanted=(), terms=IntelTerms(unknown_swap=unknown)) is None
