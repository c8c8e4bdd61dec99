"""Policy wishes: versions that cannot clash, for tenants and for the site alike."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from otpguard.models import PolicyWish, Tenant
from tests import factories
from tests.models.rows import plan, postgres_only

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["tenant", "site"])
def whose(request: Any) -> Tenant | None:
    """A null tenant is equal to no other, so the site's rows have constraints of their own."""
    return factories.tenant() if request.param == "tenant" else None


def wish(whose: Tenant | None, **fields: Any) -> PolicyWish:
    return PolicyWish.objects.create(
        **{"tenant": whose, "checkpoint": "api_key", "version": 1, "wishes": {}, **fields}
    )


def test_a_version_is_there_once(whose: Tenant | None) -> None:
    wish(whose, current=False)
    wish(whose, current=False, version=2)
    wish(whose, current=False, checkpoint="login")
    with pytest.raises(IntegrityError), transaction.atomic():
        wish(whose, current=False)


def test_one_version_is_the_current_one(whose: Tenant | None) -> None:
    wish(whose)
    wish(whose, checkpoint="*")
    with pytest.raises(IntegrityError), transaction.atomic():
        wish(whose, version=2)
    wish(whose, version=2, current=False)


def test_tenants_and_site_do_not_get_in_each_others_way() -> None:
    wish(None)
    wish(factories.tenant())
    wish(factories.tenant())
    assert PolicyWish.objects.filter(current=True).count() == 3


def test_the_author_may_leave_without_taking_the_wish_along() -> None:
    author = factories.user()
    kept = wish(None, author=author)
    author.delete()
    kept.refresh_from_db()
    assert kept.author is None


def test_a_wish_says_whose_it_is() -> None:
    assert str(wish(None)) == "site: api_key (version 1)"
    assert str(wish(factories.tenant("acme"))) == "Acme: api_key (version 1)"


@postgres_only
def test_current_wishes_are_found_by_the_partial_indexes() -> None:
    tenant = factories.tenant()
    wish(tenant)
    now = PolicyWish.objects.filter(current=True, checkpoint="api_key").order_by()
    assert "otpguard_wish_current" in plan(now.filter(tenant=tenant))
    assert "otpguard_wish_current_site" in plan(now.filter(tenant=None))
