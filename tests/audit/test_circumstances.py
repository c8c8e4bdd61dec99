"""What surrounds an event: taken from the request, and from the challenge that it is about."""

from __future__ import annotations

import pytest

from otpguard.audit.circumstances import Circumstances, session_reference
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_circumstances_of_a_request_name_its_user_twice_unless_told() -> None:
    user, tenant = factories.user(), factories.tenant()
    facts = factories.facts(user, tenant)
    plain = Circumstances.of(facts, checkpoint="api_key")
    assert (plain.actor, plain.subject, plain.tenant) == (facts.user, facts.user, facts.tenant)
    assert (plain.client_ip, plain.agent, plain.checkpoint) == (
        facts.client_ip,
        facts.agent,
        "api_key",
    )
    assert Circumstances.of(facts, subject="9").subject == "9"


def test_a_login_session_is_named_by_a_reference_that_does_not_tell_it() -> None:
    reference = session_reference("a-login")
    assert reference == session_reference("a-login") != session_reference("another")
    assert "a-login" not in reference
    assert session_reference("") == ""
