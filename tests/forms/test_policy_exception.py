"""Input of exceptions: every mistake stands at its field before anything is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from otpguard.core.facts import RequestFacts
from otpguard.forms.policy_exception import ExceptionForm, from_json
from otpguard.models import Tenant
from tests import factories
from tests.excepting import set_floor

pytestmark = pytest.mark.django_db


@pytest.fixture
def tenant(settings: Any) -> Tenant:
    set_floor(settings)
    factories.staff("owen")
    return factories.tenant("acme")


@pytest.fixture
def site() -> RequestFacts:
    return factories.facts(factories.staff())


def data(**changed: Any) -> dict[str, Any]:
    usual = {
        "tenant": "acme",
        "checkpoint": "billing_change",
        "field": "ttl",
        "value": "1200",
        "owner": "owen",
        "expires_at": f"{timezone.now() + timedelta(days=30):%Y-%m-%dT%H:%M}",
        "reason": "moving house",
    }
    return {**usual, **changed}


def test_good_input_is_the_terms_of_the_flow(tenant: Tenant, site: RequestFacts) -> None:
    form = ExceptionForm(data(), facts=site)
    assert form.is_valid(), form.errors
    terms = form.terms
    assert (terms.tenant, terms.checkpoint, terms.field) == (tenant, "billing_change", "ttl")
    assert (terms.value, terms.reason) == (1200, "moving house")
    assert terms.expires_at > timezone.now()


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [
        ("ttl", " 1200 ", 1200),
        ("required_level", " AAL2 ", "AAL2"),
        ("active", "No", False),
        ("binds_intent", "false", False),
        ("allowed_channels", "sms, voice,", ["sms", "voice"]),
        ("allowed_factors", "passkey, totp", ["passkey", "totp"]),
        ("max_attempts", "5", 5),
    ],
)
def test_what_a_person_types_becomes_a_value_of_the_field(
    tenant: Tenant, settings: Any, field: str, typed: str, value: Any
) -> None:
    strict = {
        "ttl": 600,
        "required_level": "AAL3",
        "active": True,
        "binds_intent": True,
        "allowed_channels": ["sms"],
        "allowed_factors": ["passkey"],
        "max_attempts": 3,
    }
    set_floor(settings, login=strict)
    site = factories.facts(factories.staff())
    form = ExceptionForm(data(checkpoint="login", field=field, value=typed), facts=site)
    assert form.is_valid(), form.errors
    assert form.terms.value == value


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"tenant": "nowhere"}, "tenant"),
        ({"checkpoint": "*"}, "checkpoint"),
        ({"field": "enforcement"}, "field"),
        ({"field": "preferred_methods"}, "field"),
        ({"value": ""}, "value"),
        ({"value": "twelve"}, "value"),
        ({"value": "600"}, "value"),
        ({"value": "\u0661"}, "value"),
        pytest.param({"value": "9" * 5000}, "value", id="many digits"),
        ({"owner": "nobody"}, "owner"),
        ({"expires_at": "soon"}, "expires_at"),
        ({"expires_at": "2001-01-01T00:00"}, "expires_at"),
        ({"expires_at": "9999-01-01T00:00"}, "expires_at"),
        ({"reason": ""}, "reason"),
    ],
)
def test_a_mistake_stands_at_its_field(
    tenant: Tenant, site: RequestFacts, changed: dict[str, Any], field: str
) -> None:
    assert list(ExceptionForm(data(**changed), facts=site).errors) == [field]


def test_an_owner_from_elsewhere_is_refused_at_the_owner(
    tenant: Tenant, site: RequestFacts
) -> None:
    factories.member(factories.tenant(), factories.user("eve"))
    assert list(ExceptionForm(data(owner="eve"), facts=site).errors) == ["owner"]


def test_it_says_at_once_that_only_the_site_may(tenant: Tenant) -> None:
    inside = factories.facts(factories.staff(), tenant)
    form = ExceptionForm(data(), facts=inside)
    assert "operators of the site" in form.non_field_errors()[0]


def test_a_machine_gives_json_values_and_ids(tenant: Tenant, site: RequestFacts) -> None:
    owner = factories.staff()
    for value in (1200, "1200"):
        form = from_json(data(value=value, owner=owner.pk), facts=site)
        assert form.is_valid(), form.errors
        assert form.terms.value == 1200
    for value in (None, "", [], {}, True, 1200.5, [1200]):
        form = from_json(data(value=value, owner=owner.pk), facts=site)
        assert list(form.errors) == ["value"], value
