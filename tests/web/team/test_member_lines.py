"""Lists of members: some at a time, and as many statements for all."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from otpguard.core.facts import RequestFacts
from otpguard.models import EnrollmentRule, Tenant
from otpguard.web.team.member_lines import SHOWN, found_members, lines_of, page_of_members
from tests import factories

pytestmark = pytest.mark.django_db


def here() -> tuple[Tenant, RequestFacts]:
    tenant = factories.tenant()
    return tenant, factories.facts(factories.user(), tenant)


def listed(facts: RequestFacts, page: Any = "1") -> list[Any]:
    return lines_of(facts, list(page_of_members(found_members(facts, "", ""), page)))


def test_a_line_says_what_somebody_has_and_what_a_rule_still_asks() -> None:
    tenant, facts = here()
    EnrollmentRule.objects.create(tenant=tenant, grace_days=3)
    factories.member(tenant, factories.user("a"))
    factories.phone_factor(factories.member(tenant, factories.user("b")).user)
    factories.recovery_codes(factories.member(tenant, factories.user("c")).user)
    nothing, phone, codes = listed(facts)
    assert (nothing.name, nothing.strongest, nothing.missing) == ("a", "", True)
    assert nothing.until
    assert not nothing.overdue
    assert (phone.missing, phone.until) == (False, None)
    assert phone.strongest
    assert codes.missing, "codes bring access back, and are no way to confirm"


def test_what_an_organization_does_not_accept_does_not_count_there() -> None:
    tenant, facts = here()
    other = factories.tenant()
    member = factories.member(tenant)
    factories.phone_factor(member.user, tenant=other)
    assert listed(facts)[0].missing


def test_a_page_holds_some_and_is_read_in_as_many_statements() -> None:
    tenant, facts = here()
    counts = []
    for more in (2, SHOWN):
        for _each in range(more):
            factories.member(tenant)
        with CaptureQueriesContext(connection) as seen:
            first = listed(facts)
        counts.append(len(seen))
    assert len(first) == SHOWN
    assert len(listed(facts, "2")) == 2
    assert len(listed(facts, "no page")) == SHOWN
    assert counts[0] >= counts[1], "the rules are read once"
