"""Why a challenge did not start: every cap has a reason of its own."""

from __future__ import annotations

import pytest

from otpguard.core.decision import Reason
from otpguard.core.limits import CapName
from otpguard.core.reasons import AnswerReason, CeremonyFault, StartReason, reason_of_cap

OF_IP = {CapName.UNREADABLE_IP, CapName.UNREADABLE_IP_NOTED}
"""Caps that people are told of as of that of their IP address."""


PLAIN = frozenset({CapName.PREFIX, CapName.NETWORK, CapName.STRANGERS, CapName.EMAIL_DOMAIN})


@pytest.mark.parametrize("cap", sorted(set(CapName) - PLAIN - {CapName.NETWORK_UNASKED}))
def test_a_full_cap_of_a_persons_own_is_a_reason_that_names_it(cap: CapName) -> None:
    """By the day, the month or the hour."""
    reason = reason_of_cap(cap).value
    assert reason.startswith("cap_")
    assert cap.value.removeprefix("unreadable_").startswith(reason.removeprefix("cap_"))


@pytest.mark.parametrize("cap", sorted(PLAIN))
def test_a_full_cap_of_all_strangers_is_not_named(cap: CapName) -> None:
    assert reason_of_cap(cap) is StartReason.ANOTHER_WAY


def test_a_full_cap_of_an_ordinary_network_asks_for_work() -> None:
    assert reason_of_cap(CapName.NETWORK_UNASKED) is StartReason.PROOF_OF_WORK


def test_no_reason_of_a_cap_is_without_its_cap() -> None:
    caps = {reason for reason in StartReason if reason.startswith("cap_")}
    assert caps <= {reason_of_cap(cap) for cap in CapName}


def test_no_two_kinds_of_reason_share_a_word_where_they_stand_together() -> None:
    assert not {*StartReason} & {*Reason}
    assert not {*AnswerReason} & {*CeremonyFault}
