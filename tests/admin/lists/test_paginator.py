"""A long list is not counted through."""

from __future__ import annotations

import pytest

from otpguard.admin.lists.paginator import COUNTED, CappedPaginator
from otpguard.models import Tenant
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_count_stops_where_nobody_pages_any_more() -> None:
    factories.tenant(), factories.tenant()
    pages = CappedPaginator(Tenant.objects.all(), 50)
    assert pages.count == 2
    assert f"LIMIT {COUNTED}" in str(Tenant.objects.order_by()[:COUNTED].query)
