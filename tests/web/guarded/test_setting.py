"""Sensitive settings of vertical products, each a variant with its own policy."""

from __future__ import annotations

from typing import Any

import pytest

from otpguard.models import Event
from otpguard.testing import pass_step_up
from tests import guarded
from tests.host import Host
from tests.stepup import carry_out

NAMES = ("payroll", "compensation_export", "deal_edit")


@pytest.mark.parametrize("name", NAMES)
def test_each_asks_and_is_written_down_by_its_name(paying: Host, name: str) -> None:
    refused = paying.client.post(f"/setting/{name}/")
    assert (refused.status_code, guarded.ran) == (303, [])
    carry_out(paying.client, refused)
    assert guarded.ran == [name]
    passed = Event.objects.get(kind="checkpoint.passed")
    assert passed.checkpoint == f"sensitive_setting.{name}"


@pytest.mark.parametrize("name", ["payroll", "deal_edit"])
def test_a_change_needs_a_proof_of_its_own(paying: Host, name: str) -> None:
    pass_step_up(paying.client)
    assert paying.client.post(f"/setting/{name}/").status_code == 303


def test_off_for_ordinary_organizations_and_on_for_enterprise_ones(
    host: Host, settings: Any
) -> None:
    settings.ROOT_URLCONF = "tests.payment_host"
    assert host.client.post("/setting/payroll/").status_code == 200
    host.tenant.annual_contract_value = 250_000
    host.tenant.policy_version += 1
    host.tenant.save()
    assert host.client.post("/setting/payroll/").status_code == 303
