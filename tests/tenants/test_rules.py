"""Enrollment rules of a tenant and of the site, cached by version."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from otpguard.core.assurance import AssuranceLevel
from otpguard.exceptions import StoreUnavailable
from otpguard.tenants import rules
from tests import factories
from tests.enrolling import rule

pytestmark = pytest.mark.django_db


def test_a_tenants_rules_are_its_own_and_the_sites_and_nobody_elses() -> None:
    tenant, other = factories.tenant(), factories.tenant()
    mine = rule(tenant, "admin", level=3, grace_days=5)
    sites = rule(None)
    rule(other, level=2)
    found = rules.rules_of(str(tenant.pk), 0)
    assert found == (rules.as_rule(mine), rules.as_rule(sites))
    assert (found[0].level, found[0].grace) == (AssuranceLevel.AAL3, timedelta(days=5))
    assert rules.site_rules() == (rules.as_rule(sites),)


@pytest.mark.django_db(transaction=True)
def test_a_version_is_read_once_and_the_next_one_again(django_assert_num_queries: Any) -> None:
    tenant = factories.tenant()
    with django_assert_num_queries(1):
        assert rules.rules_of(str(tenant.pk), 1) == ()
    rule(tenant)
    with django_assert_num_queries(0):
        assert rules.rules_of(str(tenant.pk), 1) == ()
    with django_assert_num_queries(1):
        assert len(rules.rules_of(str(tenant.pk), 2)) == 1


@pytest.mark.django_db(transaction=True)
def test_what_a_transaction_has_changed_and_undone_is_not_what_counts() -> None:
    tenant = factories.tenant()
    with transaction.atomic():
        assert rules.rules_of(str(tenant.pk), 1) == ()
        transaction.set_rollback(True)
    rule(tenant)
    assert len(rules.rules_of(str(tenant.pk), 1)) == 1


@pytest.mark.django_db(transaction=True)
def test_rules_that_cannot_be_read_are_not_taken_for_none() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE otpguard_enrollmentrule RENAME TO away")
    try:
        for read in (rules.site_rules, lambda: rules.rules_of("0" * 32, 7)):
            with pytest.raises(StoreUnavailable):
                read()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO otpguard_enrollmentrule")
    assert rules.rules_of("0" * 32, 7) == (), "the failure was not cached"
