"""A token is asked of the policy in force, for its person, in one tenant."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.conf import checkpoint
from otpguard.core.decision import Reason, RequireChallenge
from otpguard.core.facts import RequestFacts
from otpguard.core.federation.by_token import SaidByToken
from otpguard.exceptions import StepUpRefused
from otpguard.flows.checkpoint.by_token import ShownToken, lately, require_by_token
from otpguard.models import Event
from tests import factories
from tests.store_down import no_answer
from tests.tokens import ACR, TAKES

pytestmark = pytest.mark.django_db
HERE = "billing_change"


@pytest.fixture
def facts(settings: Any) -> RequestFacts:
    lately.clear()
    settings.OTPGUARD = {**settings.OTPGUARD, "POLICY_DEFAULTS": {HERE: TAKES}}
    tenant = factories.tenant()
    user = factories.member(tenant).user
    return RequestFacts(now=timezone.now(), user=str(user.pk), tenant=str(tenant.pk), method="POST")


def shown(acr: str = ACR, token: str = "t1") -> ShownToken:
    said = SaidByToken(acr=acr, accepted=(ACR,), authenticated_at=timezone.now())
    return ShownToken(id=token, said=said)


def refusal(facts: RequestFacts, token: ShownToken | None) -> StepUpRefused:
    with pytest.raises(StepUpRefused) as caught:
        require_by_token(facts=facts, checkpoint=checkpoint(HERE), token=token)
    return caught.value


def test_a_strong_sign_in_passes_and_is_written(facts: RequestFacts) -> None:
    passed = require_by_token(facts=facts, checkpoint=checkpoint(HERE), token=shown())
    assert passed.decision.reason is Reason.PROVEN
    event = Event.objects.get(kind="checkpoint.passed")
    assert (str(event.tenant_id), event.checkpoint) == (facts.tenant, HERE)
    assert "idp_mfa" in event.body


def test_a_pass_is_written_once_a_minute_for_each_token(facts: RequestFacts) -> None:
    for token in ("t1", "t1", "t2"):
        require_by_token(facts=facts, checkpoint=checkpoint(HERE), token=shown(token=token))
    later = replace(facts, now=facts.now + timedelta(minutes=2))
    require_by_token(facts=later, checkpoint=checkpoint(HERE), token=shown())
    assert Event.objects.filter(kind="checkpoint.passed").count() == 3


def test_a_weak_sign_in_and_a_service_are_refused(facts: RequestFacts) -> None:
    assert isinstance(refusal(facts, shown("0")).decision, RequireChallenge)
    assert refusal(facts, None).decision.reason is Reason.SERVICE_TOKEN


def test_elsewhere_the_person_is_no_member(facts: RequestFacts) -> None:
    other = replace(facts, tenant=str(factories.tenant().pk))
    assert refusal(other, shown()).decision.reason is Reason.NOT_A_MEMBER
    assert refusal(replace(facts, tenant=""), shown()).decision.reason is Reason.NO_TENANT


def test_without_a_store_nobody_passes(facts: RequestFacts) -> None:
    with no_answer():
        assert refusal(facts, shown()).decision.reason is Reason.STORE_UNAVAILABLE
