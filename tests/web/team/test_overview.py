"""The first page of an administrator: protection, coverage, what waits, what became weaker."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from otpguard.flows.tenant.policy import change_policy
from otpguard.models import PolicyWish
from otpguard.web.team.overview import last_weakened
from tests import factories
from tests.host import Host

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = "/security/team/"


def words(host: Host) -> str:
    answer = host.client.get(PAGE)
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return " ".join(text.split())


def wish(host: Host, **wishes: Any) -> None:
    by = factories.facts(host.user, host.tenant)
    change_policy(facts=by, tenant=host.tenant, checkpoint="data_export", wishes=wishes)


def test_it_says_what_is_protected_and_who_is_covered(host: Host) -> None:
    factories.member(host.tenant)
    page = words(host)
    assert "Export customer data" in page
    assert "1 of 2 members have set up a way to confirm (50 %)." in page
    assert "None lately." in page


def test_what_waits_is_counted_for_this_organization_alone(host: Host) -> None:
    assert "Approvals</a>: 0" in words(host)


def test_it_names_the_last_rule_that_became_weaker_and_who_did_it(host: Host) -> None:
    wish(host, max_attempts=2)
    assert last_weakened(host.tenant) is None, "it became stronger"
    wish(host, max_attempts=3)
    found = last_weakened(host.tenant)
    assert found is not None
    assert (found.slug, found.by) == ("data_export", host.user.username)
    wish(host, max_attempts=2)
    assert f"<bdi>{host.user.username}</bdi>, <time" in words(host), "still the last one"


def test_what_another_organization_weakened_is_not_shown(host: Host) -> None:
    other = factories.tenant()
    by = factories.facts(factories.user(), other)
    for tries in (2, 3):
        change_policy(
            facts=by, tenant=other, checkpoint="data_export", wishes={"max_attempts": tries}
        )
    assert PolicyWish.objects.filter(tenant=other).count() == 2
    assert last_weakened(host.tenant) is None


def test_it_reads_as_often_for_many_members_as_for_one(host: Host) -> None:
    host.client.get(PAGE)
    counts = []
    for _each in range(2):
        with CaptureQueriesContext(connection) as seen:
            host.client.get(PAGE)
        counts.append(len(seen))
        for _more in range(10):
            factories.phone_factor(factories.member(host.tenant).user)
    assert counts[0] == counts[1]
