"""The list shows the last day, unless more is asked for; its filters find what they say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from otpguard.models import PumpingDecision
from otpguard.vault import blind_indexes
from tests import factories
from tests.flows.purge.rows import key
from tests.models.rows import pumping_decision

pytestmark = pytest.mark.django_db
LIST = "admin:otpguard_pumpingdecision_changelist"


def shown(site: Client, **query: str) -> set[PumpingDecision]:
    return set(site.get(reverse(LIST), query).context["cl"].queryset)


def test_the_last_day_is_shown_and_all_that_is_kept_on_demand(site: Client) -> None:
    young = pumping_decision()
    at = timezone.now() - timedelta(days=2)
    old = pumping_decision(id=key(at), at=at)
    assert shown(site) == {young}
    assert shown(site, since="week") == {young, old}
    assert shown(site, since="all") == {young, old}
    assert shown(site, since="nonsense") == {young}


def test_action_layer_source_country_tenant_and_number_are_filters(site: Client) -> None:
    tenant = factories.tenant()
    found = pumping_decision(
        "+4915112345678",
        action="refuse",
        layer="money",
        source="api_key",
        country="DE",
        tenant=tenant,
    )
    pumping_decision()
    for query in (
        {"action__exact": "refuse"},
        {"layer": "money"},
        {"source": "api_key"},
        {"country": "DE"},
        {"tenant": str(tenant.pk)},
        {"number": ",".join(blind_indexes("+4915112345678"))},
    ):
        assert shown(site, **query) == {found}, query


def test_no_choice_of_a_filter_is_wider_than_it_says(site: Client) -> None:
    text = site.get(reverse(LIST)).content.decode()
    assert "All that is kept" in text
    assert text.count("Last day") == 1
