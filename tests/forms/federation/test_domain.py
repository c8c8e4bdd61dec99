"""A domain is text of a length; whether a tenant can have it, the flow says."""

from __future__ import annotations

import pytest

from otpguard.forms.federation.domain import DomainForm, NewDomainForm
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_domain_is_needed_and_no_longer_than_dns_takes() -> None:
    assert DomainForm({"domain": "acme.example"}).is_valid()
    for wrong in ("", "a" * 254):
        assert "domain" in DomainForm({"domain": wrong}).errors


def test_a_new_one_names_its_tenant() -> None:
    tenant = factories.tenant()
    form = NewDomainForm({"tenant": tenant.slug, "domain": "acme.example"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["tenant"] == tenant
