"""The setting of most flow tests: a member with a phone who was stopped at a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.assurance import Primary
from otpguard.core.facts import RequestFacts
from otpguard.exceptions import Ask
from otpguard.flows.challenge.answer import Answer, answer_challenge
from otpguard.flows.challenge.start import start_challenge
from otpguard.models import Challenge, Factor, Membership, Tenant
from otpguard.testing import send_queued
from tests import factories


@dataclass
class Stopped:
    """Somebody who was stopped and is about to prove who they are."""

    member: Membership
    factor: Factor
    facts: RequestFacts
    ask: Ask

    def start(self, **changed: Any) -> Challenge:
        """Start a challenge with their phone."""
        facts = replace(self.facts, **changed)
        return start_challenge(facts=facts, ask=self.ask, factor_id=str(self.factor.pk))

    def answer(self, challenge: Challenge, given: str, **changed: Any) -> Answer:
        """Give one answer."""
        changed.setdefault("now", timezone.now())
        facts = replace(self.facts, **changed)
        return answer_challenge(facts=facts, challenge_id=challenge.pk, given=given)


def stopped(checkpoint: str = "billing_change", **tenant: Any) -> Stopped:
    """A fresh member of a fresh tenant, stopped at `checkpoint`."""
    return stopped_in(factories.tenant(**tenant), checkpoint)


def stopped_in(of: Tenant, checkpoint: str = "billing_change") -> Stopped:
    """A fresh member of a tenant, stopped at `checkpoint`."""
    member = factories.member(of, roles=["admin"])
    factor = factories.phone_factor(member.user)
    sid = factories.session(member.user).sid
    facts = factories.facts(member.user, of, sid=sid, primary=Primary.PASSWORD, host="acme.example")
    return Stopped(
        member=member,
        factor=factor,
        facts=facts,
        ask=Ask(
            checkpoint=checkpoint,
            tenant=facts.tenant,
            user=facts.user,
            sid=sid,
            story=str(uuid4()),
            intent="i" * 64,
            target="the plan",
            next="/billing/",
        ),
    )


def sent_code(challenge: Challenge) -> str:
    """Send what is queued and read the digits off the newest message."""
    send_queued()
    challenge.refresh_from_db()
    return SENT[-1].code.digits


def wrong(code: str) -> str:
    """Six digits that are not the code."""
    return f"{(int(code) + 1) % 1_000_000:06d}"
