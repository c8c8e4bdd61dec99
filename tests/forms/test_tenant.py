"""Input about tenants."""

from __future__ import annotations

import pytest

from otpguard.flows.tenant.provision import CHANGEABLE
from otpguard.forms.tenant import NewTenantForm, PolicyPlaceForm, TenantForm, initial_of
from tests import factories

GOOD = {
    "name": "Acme",
    "brand": "Acme",
    "logo": "acme/logo.svg",
    "annual_contract_value": "120000",
    "region": "eu",
    "tags": " EU, health ,EU,, ",
    "reason": "as agreed",
}


def test_values_are_what_the_flow_takes() -> None:
    form = TenantForm(GOOD)
    assert form.is_valid(), form.errors
    assert set(form.values) <= CHANGEABLE
    assert form.values["annual_contract_value"] == 120_000
    assert form.values["region"] == "EU"
    assert form.values["tags"] == ["EU", "health"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("annual_contract_value", "-1"),
        ("region", "U"),
        ("region", "U5"),
        ("brand", "x" * 41),
        ("logo", "x" * 201),
        ("logo", "https://pictures.example/a.svg"),
        ("reason", ""),
    ],
)
def test_a_mistake_stands_at_its_field(field: str, value: str) -> None:
    form = TenantForm({**GOOD, field: value})
    assert not form.is_valid()
    assert list(form.errors) == [field]


def test_a_new_tenant_has_a_short_name_and_needs_no_reason() -> None:
    form = NewTenantForm({**GOOD, "slug": "acme-1"})
    assert form.is_valid(), form.errors
    assert "reason" not in form.fields
    assert list(form.fields)[:2] == ["name", "slug"]
    assert not NewTenantForm({**GOOD, "slug": "a b"}).is_valid()


@pytest.mark.django_db
def test_a_tenant_fills_its_own_form() -> None:
    tenant = factories.tenant(tags=["EU", "payments"])
    initial = initial_of(tenant)
    assert initial["tags"] == "EU, payments"
    form = TenantForm({**initial, "reason": "x"})
    assert form.is_valid(), form.errors
    assert all(getattr(tenant, name) == value for name, value in form.values.items())


@pytest.mark.django_db
def test_a_policy_is_placed_by_slug_or_at_the_site() -> None:
    tenant = factories.tenant("acme")
    for slug, found in (("acme", tenant), ("", None)):
        form = PolicyPlaceForm({"tenant": slug, "checkpoint": "*"})
        assert form.is_valid(), form.errors
        assert form.cleaned_data["tenant"] == found
    form = PolicyPlaceForm({"tenant": "nowhere", "checkpoint": "nothing"})
    assert set(form.errors) == {"tenant", "checkpoint"}
