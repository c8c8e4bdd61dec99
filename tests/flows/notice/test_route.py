"""A notice goes only by a route that fits the tags of its tenant, or of the person's tenants."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from otpguard.channels.providers.memory import SENT
from otpguard.core.outcome import Accepted, Outcome, Refused, Unavailable
from otpguard.core.route import Route
from otpguard.flows.notice.notify import notify, send_notice
from otpguard.flows.notice.route import route_of
from otpguard.models import Membership, Notice, RouteSwitch, Tenant
from otpguard.notices.kinds import NoticeKind
from tests import factories
from tests.flows.delivery.setting import MEMORY

pytestmark = pytest.mark.django_db(transaction=True)

BAA = {"BAA": True}
US_ONLY = ["US-only"]


def vendors(settings: Any, **more: dict[str, Any]) -> None:
    """E-mail by vendors of these names, in this order."""
    options = {"channels": ["email"]}
    settings.OTPGUARD = {
        "PROVIDERS": {
            name: {"BACKEND": MEMORY, "OPTIONS": options, **config} for name, config in more.items()
        }
    }


def queued(member: Membership, *, tenant: Tenant | None) -> Notice:
    notify(
        facts=factories.facts(member.user, host="acme.example"),
        kind=NoticeKind.RECOVERY_ISSUED,
        user_id=str(member.user_id),
        tenant_id=str(tenant.pk) if tenant else "",
    )
    return Notice.objects.select_related("tenant").latest("created_at")


def route(notice: Notice) -> str | Outcome:
    found = route_of(notice, country="", now=timezone.now())
    return found.provider if isinstance(found, Route) else found


def test_a_health_tenants_notice_goes_by_the_provider_with_a_baa(settings: Any) -> None:
    vendors(settings, first={}, second={"PAPERS": BAA})
    member = factories.member(factories.tenant(tags=["Health"]))
    assert route(queued(member, tenant=member.tenant)) == "second"
    plain = factories.member(factories.tenant())
    assert route(queued(plain, tenant=plain.tenant)) == "first"


def test_without_such_a_provider_it_is_not_sent_and_the_row_says_why(settings: Any) -> None:
    vendors(settings, first={}, second={"PAPERS": {"BAA": "2026-01-01"}})
    member = factories.member(factories.tenant(tags=["health"]))
    notice = queued(member, tenant=member.tenant)
    assert isinstance(send_notice(notice_id=str(notice.pk), now=timezone.now()), Refused)
    notice.refresh_from_db()
    assert (notice.state, SENT) == (Notice.State.FAILED, [])
    assert notice.outcome == "no route fits the organization: paper BAA"


def test_a_notice_of_no_tenant_needs_the_papers_of_all_the_persons_tenants(settings: Any) -> None:
    vendors(settings, first={}, second={"PAPERS": BAA})
    member = factories.member(factories.tenant(tags=["health"]))
    factories.member(factories.tenant(), member.user)
    assert route(queued(member, tenant=None)) == "second"
    left = factories.member(factories.tenant(tags=["health"]), active=False)
    assert route(queued(left, tenant=None)) == "first"


def test_where_data_is_kept_binds_a_tenants_own_notices_alone(settings: Any) -> None:
    vendors(settings, first={"REGIONS": ["EU"]}, second={"REGIONS": ["US"]})
    member = factories.member(factories.tenant(tags=US_ONLY))
    factories.member(factories.tenant(tags=["EU-only"]), member.user)
    assert route(queued(member, tenant=member.tenant)) == "second"
    assert route(queued(member, tenant=None)) == "first"


def test_a_route_for_one_tenant_carries_no_other_ones_notice(settings: Any) -> None:
    vendors(settings, own={})
    settings.OTPGUARD = {**settings.OTPGUARD, "ROUTES": [{"PROVIDER": "own", "TENANTS": ["acme"]}]}
    acme, other = factories.member(factories.tenant("acme")), factories.member(factories.tenant())
    assert route(queued(acme, tenant=acme.tenant)) == "own"
    assert isinstance(route(queued(other, tenant=other.tenant)), Refused)


def test_a_fitting_route_that_is_switched_off_is_waited_for(settings: Any) -> None:
    vendors(settings, first={}, second={"PAPERS": BAA})
    member = factories.member(factories.tenant(tags=["health"]))
    notice = queued(member, tenant=member.tenant)
    RouteSwitch.objects.create(provider="second", reason="a test")
    assert isinstance(route(notice), Unavailable)
    RouteSwitch.objects.all().delete()
    assert isinstance(send_notice(notice_id=str(notice.pk), now=timezone.now()), Accepted)


def test_a_paper_serves_on_its_last_day(settings: Any) -> None:
    today = timezone.now().date()
    vendors(settings, first={"PAPERS": {"BAA": today.isoformat()}})
    member = factories.member(factories.tenant(tags=["health"]))
    assert route(queued(member, tenant=member.tenant)) == "first"
    vendors(settings, first={"PAPERS": {"BAA": date(2020, 1, 1).isoformat()}})
    assert isinstance(route(queued(member, tenant=member.tenant)), Refused)
