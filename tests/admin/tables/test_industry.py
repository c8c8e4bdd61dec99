"""Operators see a tenant's industry, and where its policy stands below a review's questions."""

from __future__ import annotations

import pytest

from otpguard.admin.base import NOTHING
from otpguard.admin.tables.industry import below_column, industry_column
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_industry_is_named_and_one_of_another_release_is_shown_as_it_is() -> None:
    tenant = factories.tenant()
    assert industry_column(tenant) == NOTHING
    tenant.industry = "healthcare"
    assert industry_column(tenant) == "Health care"
    tenant.industry = "space_travel"
    assert industry_column(tenant) == "space_travel"


def test_what_is_below_is_named_with_its_fields_and_less_where_the_industry_asks_more() -> None:
    usual = below_column(factories.tenant())
    assert "Export" in usual
    held = factories.tenant(industry="healthcare")
    assert len(below_column(held)) < len(usual)
