"""One rule for each role of a tenant, and of the site, where null is never equal to null."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from otpguard.models import EnrollmentRule
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", ["", "admin"])
@pytest.mark.parametrize("whose", ["a tenant", "the site"])
def test_a_role_has_one_rule(whose: str, role: str) -> None:
    tenant = factories.tenant() if whose == "a tenant" else None
    EnrollmentRule.objects.create(tenant=tenant, role=role)
    with pytest.raises(IntegrityError), transaction.atomic():
        EnrollmentRule.objects.create(tenant=tenant, role=role)
    EnrollmentRule.objects.create(tenant=tenant, role="owner")
    EnrollmentRule.objects.create(tenant=factories.tenant(), role=role)


def test_a_rule_says_whose_and_for_whom_it_is() -> None:
    tenant = factories.tenant(name="Acme")
    assert str(EnrollmentRule(tenant=tenant, role="admin")) == "Acme: admin"
    assert str(EnrollmentRule()) == "site: everybody"


def test_a_rule_goes_with_its_tenant_and_stays_without_its_author() -> None:
    tenant, author = factories.tenant(), factories.user()
    EnrollmentRule.objects.create(tenant=tenant)
    kept = EnrollmentRule.objects.create(author=author)
    author.delete()
    tenant.delete()
    assert list(EnrollmentRule.objects.all()) == [kept]
