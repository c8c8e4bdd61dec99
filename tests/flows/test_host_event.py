"""Who may write a host's events, into which tenant."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.core.host_event import HostEventError
from otpguard.exceptions import NotAllowed
from otpguard.flows.host_event import record_host_event
from otpguard.models import Event
from tests import factories
from tests.hosting import DealEdited, declared

pytestmark = pytest.mark.django_db
DEAL = DealEdited(deal="7")


@pytest.fixture(autouse=True)
def _declared() -> Iterator[None]:
    with declared():
        yield


def test_code_that_no_request_started_writes_into_any_tenant() -> None:
    tenant = factories.tenant()
    facts = RequestFacts(now=timezone.now())
    written = record_host_event(facts=facts, event=DEAL, tenant=str(tenant.pk), subject="7")
    row = Event.objects.get(pk=written)
    assert (row.tenant_id, row.actor_ref, row.subject_ref) == (tenant.pk, "", "7")


def test_the_site_writes_into_any_tenant_and_a_member_only_into_their_own() -> None:
    member = factories.member(factories.tenant())
    own, other = factories.facts(member.user, member.tenant), factories.tenant()
    record_host_event(facts=own, event=DEAL, tenant=str(member.tenant.pk))
    with pytest.raises(NotAllowed):
        record_host_event(facts=own, event=DEAL, tenant=str(other.pk))
    site = factories.facts(factories.staff())
    record_host_event(facts=site, event=DEAL, tenant=str(other.pk))
    assert Event.objects.filter(kind="crm.deal.edited").count() == 2


def test_a_value_of_another_type_is_not_written() -> None:
    much: Any = "much"
    wrong = DealEdited(deal="7", amount=much)
    with pytest.raises(HostEventError):
        record_host_event(facts=RequestFacts(now=timezone.now()), event=wrong)
    assert not Event.objects.exists()
