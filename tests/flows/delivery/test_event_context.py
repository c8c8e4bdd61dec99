"""What happens without a request is still told as part of the challenge's story."""

from __future__ import annotations

import pytest
from django.utils import timezone

from otpguard.audit.circumstances import session_reference
from otpguard.flows.delivery.event_context import circumstances_of
from otpguard.models.fields import Encrypted
from tests.flows.setting import stopped

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_circumstances_are_those_of_the_challenge_with_the_time_of_now() -> None:
    who, now = stopped(), timezone.now()
    challenge = who.start()
    challenge.refresh_from_db()
    found = circumstances_of(challenge, now)
    assert (found.now, found.tenant, found.story) == (now, who.facts.tenant, who.ask.story)
    assert (found.actor, found.subject) == (who.facts.user, who.facts.user)
    assert (found.client_ip, found.agent) == (who.facts.client_ip, who.facts.agent)
    assert found.target == who.ask.target
    assert (found.intent, found.session) == (who.ask.intent, session_reference(who.facts.sid))
    assert found.intent
    assert found.session


def test_a_challenge_of_nobody_has_no_actor() -> None:
    challenge = stopped().start()
    challenge.refresh_from_db()
    challenge.user_id, challenge.tenant_id = None, None
    found = circumstances_of(challenge, timezone.now())
    assert (found.actor, found.tenant) == ("", "")


def test_what_no_key_opens_any_more_stays_empty_and_stops_nothing() -> None:
    challenge = stopped().start()
    challenge.refresh_from_db()
    challenge.net = Encrypted("not by any key of ours")
    found = circumstances_of(challenge, timezone.now())
    assert (found.client_ip, found.agent, found.target) == ("", "", "")
    assert found.story == str(challenge.story)
