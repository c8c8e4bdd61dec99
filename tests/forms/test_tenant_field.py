"""A tenant is named by its short name, in every form alike."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from otpguard.forms.tenant_field import TenantField
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_short_name_gives_the_tenant() -> None:
    tenant = factories.tenant()
    assert TenantField().clean(f" {tenant.slug} ") == tenant


def test_a_name_that_nobody_has_is_refused() -> None:
    with pytest.raises(ValidationError, match="No organization"):
        TenantField().clean("nobody")


@pytest.mark.parametrize("given", ["no slug!", "x" * 65])
def test_what_is_no_short_name_is_refused(given: str) -> None:
    with pytest.raises(ValidationError):
        TenantField().clean(given)


@pytest.mark.parametrize("given", ["", None, "  "])
def test_an_empty_one_is_none_where_none_is_required(given: str | None) -> None:
    assert TenantField(required=False).clean(given) is None
    with pytest.raises(ValidationError):
        TenantField().clean(given)
