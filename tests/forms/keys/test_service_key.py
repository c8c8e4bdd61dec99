"""Input of a key for a service."""

from __future__ import annotations

from datetime import timedelta

import pytest

from otpguard.forms.keys.service_key import ServiceKeyForm
from tests import factories

pytestmark = pytest.mark.django_db
GOOD = {"tenant": "acme", "name": "checkout", "environment": "production", "days": "90"}


def test_a_key_has_a_tenant_a_name_and_an_end() -> None:
    tenant = factories.tenant("acme")
    form = ServiceKeyForm(GOOD)
    assert form.is_valid(), form.errors
    assert (form.cleaned_data["tenant"], form.lifetime) == (tenant, timedelta(days=90))


@pytest.mark.parametrize(
    "wrong", [{"tenant": "nobody"}, {"name": ""}, {"environment": "prod"}, {"days": "367"}]
)
def test_anything_else_is_refused(wrong: dict[str, str]) -> None:
    factories.tenant("acme")
    assert not ServiceKeyForm({**GOOD, **wrong}).is_valid()
