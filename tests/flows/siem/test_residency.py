"""Data that must stay in a region: refused where it would not, and found where it does not."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.exceptions import InvalidInput
from otpguard.flows.siem.residency import check_storage, misplaced_tenants, on_residency
from otpguard.flows.tenant.provision import change_tenant, create_tenant
from otpguard.models import Tenant
from tests import factories
from tests.flows.siem.streaming import stream_of

pytestmark = pytest.mark.django_db
HERE = RequestFacts(now=timezone.now())


@pytest.fixture(autouse=True)
def _in_the_us(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "STORAGE_REGION": "us"}


def test_a_tenant_whose_tags_demand_another_region_is_not_created() -> None:
    for values in ({"tags": ["EU-only"]}, {"tags": ["residency"], "region": "EU"}):
        with pytest.raises(InvalidInput) as refused:
            create_tenant(facts=HERE, slug="acme", name="Acme", **values)
        assert refused.value.field == "tags"
    assert not Tenant.objects.exists()
    made = create_tenant(facts=HERE, slug="acme", name="Acme", tags=["US-only", "health"])
    assert made.region == "US"


def test_a_change_that_demands_another_region_is_refused() -> None:
    tenant = factories.tenant(tags=["residency"], region="US")
    for values in ({"tags": ["EU-only"]}, {"region": "EU"}):
        with pytest.raises(InvalidInput):
            change_tenant(facts=HERE, tenant=tenant, values=values)
    assert change_tenant(facts=HERE, tenant=tenant, values={"name": "New"}) == ("name",)


def test_without_a_region_in_the_settings_nothing_is_checked(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "STORAGE_REGION": ""}
    check_storage(["EU-only"], "EU")
    factories.tenant(tags=["EU-only"])
    assert on_residency(misplaced_tenants()) == ()


def test_two_demands_leave_no_region_at_all() -> None:
    with pytest.raises(InvalidInput):
        check_storage(["US-only", "EU-only"], "US")


def test_the_doctor_names_who_lies_in_the_wrong_place() -> None:
    bound = factories.tenant("acme", tags=["EU-only"])
    stream_of(bound, region="US", name="soc")
    stream_of(bound, region="EU")
    (said,) = on_residency(misplaced_tenants())
    assert said.level == "error"
    assert "acme (EU): the storage in US" in said.text
    assert 'acme (EU): the stream "soc" in US' in said.text


def test_the_doctor_says_that_all_is_well() -> None:
    factories.tenant(tags=["US-only"])
    (said,) = on_residency(misplaced_tenants())
    assert said.level == "ok"
