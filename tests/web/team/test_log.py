"""The page of a tenant's log: chosen by time, person and kind, and one event with its proof."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from otpguard.audit.circumstances import Circumstances
from otpguard.audit.recorder import record
from otpguard.core.events.tenant import PolicyChanged
from otpguard.flows.tenant.policy import change_policy
from otpguard.models import Event, Tenant
from otpguard.testing import pass_step_up
from otpguard.web.team.log import SHOWN
from tests import factories
from tests.flows.audit.aging import aged, purge
from tests.flows.audit.logging import begin, seal
from tests.host import Host

LOG = "/security/team/log/"


def changes(host: Host, tenant: Tenant, count: int = 1) -> None:
    by = factories.facts(host.user, tenant)
    for number in range(count):
        wishes = {"max_attempts": 2 + number % 2}
        change_policy(facts=by, tenant=tenant, checkpoint="data_export", wishes=wishes)


def shown(host: Host, query: str = "") -> str:
    answer = host.client.get(f"{LOG}{query}")
    assert answer.status_code == 200
    text: str = answer.content.decode()
    return text.partition("og-section og-log")[2]


@pytest.mark.django_db
def test_it_lists_what_happened_here_and_nowhere_else(host: Host) -> None:
    changes(host, host.tenant)
    page = shown(host)
    assert "A policy was changed</a>: Export customer data" in page
    assert host.user.username in page
    Event.objects.update(tenant_id=factories.tenant().pk)
    assert "A policy was changed" not in shown(host)


@pytest.mark.django_db
def test_it_is_chosen_by_kind_person_and_day(host: Host) -> None:
    changes(host, host.tenant)
    assert "A policy was changed" in shown(host, f"?kind=policy.changed&actor={host.user.username}")
    assert "A policy was changed" in shown(host, f"?actor={host.user.pk}")
    assert "A policy was changed" not in shown(host, "?kind=hold.lifted")
    assert "A policy was changed" not in shown(host, "?actor=nobody")
    assert "A policy was changed" not in shown(host, "?until=2020-01-01")
    assert "A policy was changed" in shown(host, "?since=0001-01-01&until=9999-12-31")


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["?since=never", "?kind=no.such", "?until=99999-01-01"])
def test_a_choice_that_cannot_be_read_keeps_what_was_typed(host: Host, query: str) -> None:
    answer = host.client.get(f"{LOG}{query}")
    assert answer.status_code == 400
    assert "Look at the marked fields" in answer.content.decode()


@pytest.mark.django_db
def test_it_goes_on_page_by_page_and_reads_as_often_for_each(host: Host) -> None:
    changes(host, host.tenant, 3)
    with CaptureQueriesContext(connection) as few:
        assert "Older events" not in shown(host)
    about = Circumstances.of(factories.facts(host.user, host.tenant))
    for version in range(SHOWN):
        record(PolicyChanged(version=version, wishes={}, weakened=[]), about)
    with CaptureQueriesContext(connection) as many:
        page = shown(host)
    assert len(many) == len(few)
    more = page.partition('class="og-button" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "before=" in more
    older = shown(host, more)
    assert "A policy was changed" in older
    assert not set(_events(page)) & set(_events(older))


def _events(page: str) -> list[str]:
    return re.findall(f'href="{LOG}([0-9a-f-]+)/"', page)


@pytest.mark.django_db
def test_that_it_was_read_is_an_event(host: Host) -> None:
    shown(host, "?kind=policy.changed")
    read = Event.objects.get(kind="data.read")
    assert str(host.user.pk) == read.actor_ref
    assert "policy.changed" in read.body


@pytest.mark.django_db(transaction=True)
def test_an_event_is_verified_and_given_out_with_its_proof(host: Host) -> None:
    begin()
    changes(host, host.tenant)
    event = Event.objects.get(kind="policy.changed")
    waits = host.client.get(f"{LOG}{event.pk}/").content.decode()
    assert "within seconds" in waits
    assert "/file/" not in waits
    assert host.client.get(f"{LOG}{event.pk}/file/").status_code == 404
    seal()
    assert "Verified: number" in host.client.get(f"{LOG}{event.pk}/").content.decode()
    given = host.client.get(f"{LOG}{event.pk}/file/")
    assert given["Content-Type"] == "application/zip"
    Event.objects.filter(pk=event.pk).update(body=event.body.replace("2", "3"))
    assert "Not verified" in host.client.get(f"{LOG}{event.pk}/").content.decode()


@pytest.mark.django_db
def test_an_event_of_another_organization_is_unknown_here(host: Host) -> None:
    changes(host, host.tenant)
    Event.objects.update(tenant_id=factories.tenant().pk)
    event = Event.objects.get(kind="policy.changed")
    for each in (event.pk, uuid4()):
        for way in ("", "file/"):
            assert host.client.get(f"{LOG}{each}/{way}").status_code == 404


@pytest.mark.django_db
def test_where_the_policy_guards_it_the_log_asks_first(host: Host) -> None:
    by = factories.facts(host.user, host.tenant)
    wishes = {"active": True}
    change_policy(facts=by, tenant=host.tenant, checkpoint="audit_log_view", wishes=wishes)
    assert "/step-up/" in host.client.get(LOG)["Location"]
    pass_step_up(host.client)
    assert host.client.get(LOG).status_code == 200


@pytest.mark.django_db(transaction=True)
def test_it_says_what_was_deleted_when_its_term_was_over(host: Host) -> None:
    aged(host.tenant.pk)
    assert "of this log were deleted" not in host.client.get(LOG).content.decode()
    purge(host.tenant.pk)
    assert "The first 5 events of this log were deleted" in shown(host)
    other = factories.tenant("other")
    member = factories.member(other, host.user, roles=["admin"])
    factories.select(host.client, member.tenant)
    assert "of this log were deleted" not in shown(host)
