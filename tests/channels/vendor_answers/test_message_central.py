"""What VerifyNow answers: the code stands in the body, and the status says nothing."""

from __future__ import annotations

import pytest

from otpguard.channels.vendor_answers.answer import Moment
from otpguard.channels.vendor_answers.message_central import ANSWERS
from otpguard.core.outcome import Failure
from tests.channels.vendor_answers.asking import answered, certain, meant, supposed
from tests.channels.vendor_answers.making import made_message_central
from tests.vendors.message_central import answer


@pytest.mark.parametrize("code", [508, 805])
def test_a_balance_that_one_source_alone_names_is_supposed(code: int) -> None:
    assert meant(answered(made_message_central, 200, answer(code))) == supposed(Failure.BALANCE)


def test_a_customer_that_is_not_known_is_our_fault() -> None:
    assert meant(answered(made_message_central, 200, answer(501))) == certain(Failure.AUTH_CONFIG)


def test_every_answer_to_a_message_is_found() -> None:
    for each in ANSWERS:
        if Moment.SEND in each.at:
            outcome = answered(made_message_central, 200, answer(int(each.said)))
            assert outcome == each.outcome("message central")
