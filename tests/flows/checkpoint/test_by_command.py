"""A command acts for somebody only by emergency access; without the store it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from otpguard.conf import checkpoint
from otpguard.core.decision import Reason
from otpguard.exceptions import StepUpRefused
from otpguard.flows.checkpoint.by_command import pass_by_emergency
from otpguard.models import Event, Membership
from tests import factories
from tests.emergencies import open_emergency
from tests.store_down import no_answer

pytestmark = pytest.mark.django_db
EXPORT = checkpoint("data_export")


def test_a_pass_is_an_event_with_what_it_was_for() -> None:
    tenant = factories.tenant()
    boss, _other = open_emergency(tenant, "data_export")
    facts = factories.facts(boss, tenant)
    pass_by_emergency(facts=facts, checkpoint=EXPORT, target="export: ticket 17")
    event = Event.objects.get(kind="break_glass.passed")
    assert event.checkpoint == "data_export"
    assert "ticket 17" not in event.body, "the target is encrypted"


def test_who_is_held_does_not_pass() -> None:
    tenant = factories.tenant()
    boss, _other = open_emergency(tenant, "data_export")
    facts = factories.facts(boss, tenant)
    until = factories.facts().now.replace(year=2999).isoformat()
    Membership.objects.filter(user=boss).update(held={"data_export": until})
    with pytest.raises(StepUpRefused) as refused:
        pass_by_emergency(facts=facts, checkpoint=EXPORT, target="x")
    assert refused.value.decision.reason is Reason.HELD


def test_outside_a_tenant_nobody_passes() -> None:
    boss = factories.staff()
    facts = replace(factories.facts(boss), tenant="")
    with pytest.raises(StepUpRefused) as refused:
        pass_by_emergency(facts=facts, checkpoint=EXPORT, target="x")
    assert refused.value.decision.reason is Reason.NO_PROOF


def test_without_the_store_nobody_passes() -> None:
    tenant = factories.tenant()
    boss, _other = open_emergency(tenant, "data_export")
    facts = factories.facts(boss, tenant)
    with no_answer(), pytest.raises(StepUpRefused) as refused:
        pass_by_emergency(facts=facts, checkpoint=EXPORT, target="x")
    assert refused.value.decision.reason is Reason.STORE_UNAVAILABLE
