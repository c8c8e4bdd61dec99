"""People end confirmations of their own, wherever they were given, and no others."""

from __future__ import annotations

from uuid import uuid4

import pytest

from otpguard.flows.session.revoke import end_own_grant
from otpguard.testing import captured_events
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_proof_for_another_tenant_than_the_selected_one_ends_as_well() -> None:
    user, here, there = factories.user(), factories.tenant(), factories.tenant()
    grant = factories.grant(user, there)
    facts = factories.facts(user, here)
    with captured_events() as events:
        assert end_own_grant(facts=facts, grant_id=grant.pk)
    grant.refresh_from_db()
    assert grant.revoked_at == facts.now
    (event,) = events
    assert event["kind"] == "grant.revoked"
    assert event["tenant"] == str(there.pk)
    assert event["subject"] == event["actor"] == str(user.pk)
    assert event["data"]["grant"] == str(grant.pk)


def test_what_is_over_somebody_elses_or_nothing_ends_nothing() -> None:
    user, tenant = factories.user(), factories.tenant()
    facts = factories.facts(user, tenant)
    over = factories.grant(user, tenant, revoked_at=facts.now)
    foreign = factories.grant(factories.user(), tenant)
    with captured_events() as events:
        for grant_id in (over.pk, foreign.pk, uuid4()):
            assert not end_own_grant(facts=facts, grant_id=grant_id)
        assert not end_own_grant(facts=factories.facts(), grant_id=foreign.pk)
    foreign.refresh_from_db()
    assert foreign.revoked_at is None
    assert events == []
