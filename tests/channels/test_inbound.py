"""What a vendor tells besides receipts keeps the number to itself."""

from __future__ import annotations

from otpguard.channels.inbound import KeywordFact, TemplateState
from otpguard.core.assurance import Channel
from otpguard.core.keywords import Keyword
from otpguard.models import WhatsAppSender


def test_a_keyword_hides_its_number() -> None:
    fact = KeywordFact(
        keyword=Keyword.STOP, channel=Channel.SMS, number="+12015550100", reference="SM1"
    )
    assert "2015550100" not in repr(fact)


def test_each_state_of_a_template_has_its_place_in_the_table() -> None:
    assert {state.value for state in TemplateState} == set(WhatsAppSender.Approval.values)
