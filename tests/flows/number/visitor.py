"""The setting of these tests: a visitor without an account, in a browser that has an id."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.core.phone import PhoneNumber, parse_phone
from otpguard.exceptions import Ask
from otpguard.flows.number.answer import NumberAnswer, NumberProven, answer_number_challenge
from otpguard.flows.number.start import start_number_challenge
from otpguard.flows.pumping.visitor_form.form import CheckedForm
from otpguard.models import Challenge, PhoneClaim, Tenant
from tests import factories
from tests.flows.setting import sent_code

NUMBER = "+12015550123"


@dataclass
class Visitor:
    """Somebody who signs up: nobody knows them."""

    facts: RequestFacts
    ask: Ask

    def start(
        self, number: str = NUMBER, *, form: CheckedForm | None = None, **changed: Any
    ) -> Challenge:
        """Start a challenge of a number; read back as its pages read it."""
        facts = replace(self.facts, **{"now": timezone.now(), **changed})
        made = start_number_challenge(facts=facts, ask=self.ask, number=parsed(number), form=form)
        return Challenge.objects.get(pk=made.pk)

    def answer(self, challenge: Challenge, given: str, **changed: Any) -> NumberAnswer:
        """Give one answer."""
        facts = replace(self.facts, **{"now": timezone.now(), **changed})
        return answer_number_challenge(facts=facts, challenge_id=challenge.pk, given=given)

    def prove(self, number: str = NUMBER) -> PhoneClaim:
        """Start, read the code and enter it."""
        challenge = self.start(number)
        answered = self.answer(challenge, sent_code(challenge))
        assert isinstance(answered, NumberProven), answered
        return PhoneClaim.objects.select_related("challenge").get(pk=answered.claim.pk)


def parsed(number: str) -> PhoneNumber:
    """A number as the form hands it on."""
    return parse_phone(number, region="US")


def visitor(
    browser: str = "", tenant: Tenant | None = None, checkpoint: str = "signup", **known: Any
) -> Visitor:
    """A visitor at `checkpoint`, in a browser of their own."""
    known = {"host": "acme.example", "path": "/join/", **known}
    facts = factories.facts(None, tenant, browser=browser or uuid4().hex, **known)
    ask = Ask(
        checkpoint=checkpoint,
        tenant=facts.tenant,
        user="",
        sid="",
        story=str(uuid4()),
        next="/join/",
    )
    return Visitor(facts=facts, ask=ask)
