"""Tenants that stand below `defensible` are named, with the checkpoints and fields."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.advice import NAMED, Level, on_below_defensible
from otpguard.flows.tenant.below_defensible import (
    fields_below_defensible,
    tenants_below_defensible,
)
from otpguard.models import Tenant
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_tenant_of_the_shipped_defaults_stands_below() -> None:
    tenant = factories.tenant("acme")
    found = fields_below_defensible(tenant, now=timezone.now())
    assert found["billing_change"] == ("required_level", "ttl")
    assert "active" in found["audit_log_view"]
    assert "api_key" not in found


def test_only_active_tenants_in_production_are_named() -> None:
    factories.tenant("acme")
    factories.tenant("gone", status=Tenant.Status.SUSPENDED)
    factories.tenant("try", environment=Tenant.Environment.SANDBOX)
    assert list(tenants_below_defensible(timezone.now())) == ["acme"]


def test_an_industry_may_be_enough(settings: Any) -> None:
    factories.tenant("big", industry="enterprise")
    found = tenants_below_defensible(timezone.now())
    assert found.get("big", ()) == ()


def test_under_the_preset_nobody_stands_below(settings: Any) -> None:
    settings.OTPGUARD = {**settings.OTPGUARD, "PRESET": "defensible"}
    factories.tenant("acme")
    assert tenants_below_defensible(timezone.now()) == {}


def test_the_line_names_a_few_and_counts_the_rest() -> None:
    assert on_below_defensible({}) == ()
    [line] = on_below_defensible({f"t{at}": ("role_grant",) for at in range(NAMED + 2)})
    assert line.level is Level.HINT
    assert "t0: role_grant" in line.text
    assert "and 2 more" in line.text
