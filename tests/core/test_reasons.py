"""Why a challenge did not start: every cap has a reason of its own."""

from __future__ import annotations

import pytest

from otpguard.core.decision import Reason
from otpguard.core.limits import CapName
from otpguard.core.reasons import AnswerReason, CeremonyFault, StartReason, reason_of_cap

OF_IP = {CapName.UNREADABLE_IP, CapName.UNREADABLE_IP_NOTED}
"""Caps that people are told of as of that of their IP address."""


@pytest.mark.parametrize("cap", CapName)
def test_a_full_cap_is_a_reason_that_names_it(cap: CapName) -> None:
    told = CapName.IP if cap in OF_IP else cap
    assert reason_of_cap(cap).value == f"cap_{told.value}"


def test_no_reason_of_a_cap_is_without_its_cap() -> None:
    caps = {reason for reason in StartReason if reason.startswith("cap_")}
    assert caps == {reason_of_cap(cap) for cap in CapName}


def test_no_two_kinds_of_reason_share_a_word_where_they_stand_together() -> None:
    assert not {*StartReason} & {*Reason}
    assert not {*AnswerReason} & {*CeremonyFault}
