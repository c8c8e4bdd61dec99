"""What pages call a tenant."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from otpguard.core.logo import UNNAMED, TenantLook
from otpguard.tenants.appearance import look_of
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_tenant_has_its_name_brand_and_logo_in_one_statement(
    django_assert_num_queries: Any,
) -> None:
    tenant = factories.tenant(name="Acme", brand="Acme Health", logo="acme/logo.svg")
    with django_assert_num_queries(1):
        assert look_of(str(tenant.pk)) == TenantLook("Acme", "Acme Health", "acme/logo.svg")


def test_no_tenant_and_one_that_is_gone_have_none(django_assert_num_queries: Any) -> None:
    assert look_of(str(uuid4())) == UNNAMED
    with django_assert_num_queries(0):
        assert look_of(None) == look_of("") == UNNAMED
