"""A tenant's admin reads what its own messages cost, and no others."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from otpguard.models import Delivery
from otpguard.testing import send_queued
from tests import factories
from tests.flows.setting import stopped
from tests.host import Host

pytestmark = pytest.mark.django_db(transaction=True)

URL = "/security/api/costs/"
API = {"Accept": "application/json"}


def get(client: Client, **query: str) -> Any:
    return client.get(URL, query, headers=API)


def test_the_month_is_summed_for_the_callers_tenant(host: Host) -> None:
    for tenant, micros in ((host.tenant, 8_800), (factories.tenant(), 5)):
        challenge = stopped().start()
        send_queued()
        rows = Delivery.objects.filter(challenge=challenge)
        rows.update(tenant=tenant, cost_micros=micros)
    this_month = f"{timezone.now():%Y-%m}"
    expected = {
        "month": this_month,
        "currency": "USD",
        "messages": 1,
        "cost_micros": 8_800,
        "routes": [
            {"channel": "sms", "provider": "memory", "messages": 1, "cost_micros": 8_800},
        ],
    }
    assert get(host.client).json() == expected
    assert get(host.client, month=this_month).json() == expected
    assert get(host.client, month="2020-01").json()["routes"] == []


def test_what_is_no_month_is_a_problem(host: Host) -> None:
    answer = get(host.client, month="2026-13")
    assert answer.status_code == 400
    assert (answer.json()["code"], answer.json()["field"]) == ("invalid_input", "month")


def test_only_an_admin_of_the_tenant_may_ask(host: Host, client: Client) -> None:
    assert get(client).status_code in {401, 403}
    member = factories.member(host.tenant)
    factories.login(client, member.user, host.tenant)
    assert get(client).status_code == 403
    factories.select(client, None)
    assert get(client).status_code == 403
